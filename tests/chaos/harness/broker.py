"""The broker of `formdigits up` in the hands of a test: killed, frozen, wiped, filled, or behind a proxy."""

import signal
from pathlib import Path

import redis

from formdigits.settings import Settings
from submit_ui import stack
from tests.chaos.harness.process import Process
from tests.valkey import wait_for_answer

QUEUE = "formdigits:read"
PASSWORD = "a-password-for-one-test"


class BrokerServer(Process):
    """A real Valkey.  The test looks into it through a socket of its own, past every proxy.

    Args:
        settings: whose data folder it keeps its messages in, and whose socket it listens on.
        port: on the loopback address, with a password; 0: none, as in `formdigits up`.
    """

    def __init__(self, settings: Settings, *, port: int = 0) -> None:
        embedded = settings.model_copy(update={"broker_url": ""})
        [program] = [program for program in stack.programs(embedded) if program.name == "broker"]
        listen = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", PASSWORD] if port else []
        super().__init__([*program.command, *listen], log=settings.data / "broker.log")
        self.folder = settings.data / "broker"
        self.client = redis.Redis(
            unix_socket_path=str(settings.broker_socket), password=PASSWORD if port else None, socket_timeout=5
        )

    def start(self) -> None:
        super().start()
        wait_for_answer(self.client)

    def end(self, within_s: float = 20) -> None:
        super().end(within_s)
        self.client.close()

    def freeze(self) -> None:
        """Have it hang: connections stay, and nothing answers."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def fill(self) -> None:
        """Leave no room for another message."""
        used = int(self.client.info("memory")["used_memory"])
        self.client.config_set("maxmemory", used)

    def make_room(self) -> None:
        self.client.config_set("maxmemory", "256mb")

    def n_waiting(self) -> int:
        """Messages that nobody has taken."""
        return self.client.llen(QUEUE)

    def append_only_file(self) -> Path:
        """Where the latest messages are written."""
        return max(self.folder.glob("appendonlydir/*.incr.aof"))
