"""A RabbitMQ of the tests: one server of its own in a temporary folder, on the loopback address."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import amqp
import psutil

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Not the one in the PATH, which runs as another user in the system's own folder."""
CONTROL = SERVER.with_name("rabbitmqctl")
START_WITHIN_S = 60


class RabbitMq:
    """Started, killed and started again as a test likes it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="formdigits-rabbitmq-"))
        self.port, self._nodes_port, self._names_port = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._names: subprocess.Popen[bytes]
        self._server: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text("log.console = false\nlog.file.level = warning\n")
        names = ["epmd", "-port", str(self._names_port), "-address", "127.0.0.1"]
        self._names = subprocess.Popen(names, env=self._environment())  # the server would leave one behind
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._names.kill()
        self._names.wait()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start the server, with what it kept, and return when it answers."""
        with (self.folder / "console").open("ab") as console:
            self._server = subprocess.Popen(
                [SERVER],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self.answers():
            in_time = self._server.poll() is None and time.monotonic() < give_up_at
            assert in_time, (self.folder / "console").read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut does it."""
        self.signal(signal.SIGKILL)
        self._server.wait()

    def signal(self, number: int) -> None:
        """Send a signal to all processes of the server; one that stops them has done so when this returns."""
        os.killpg(self._server.pid, number)
        while number == signal.SIGSTOP and not self._is_stopped():
            time.sleep(0.01)

    def _is_stopped(self) -> bool:
        mine = [one for one in psutil.process_iter() if _group_of(one.pid) == self._server.pid]
        return all(one.status() == psutil.STATUS_STOPPED for one in mine)

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` answers."""
        done = subprocess.run([CONTROL, *words], env=self._environment(), capture_output=True, check=True, text=True)
        return done.stdout

    def answers(self) -> bool:
        try:
            with amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=5):
                return True
        except (OSError, amqp.AMQPError):
            return False

    def _environment(self) -> dict[str, str]:
        quiet = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"  # one thread that sleeps when it has nothing to do
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"formdigits{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._nodes_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{quiet} -kernel inet_dist_use_interface {{127,0,0,1}}",
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP": "/dev/null",
        }


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
