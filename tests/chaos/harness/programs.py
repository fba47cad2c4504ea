"""The programs of formdigits, kept running by the product's own supervisor, for a test to kill and stop."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from submit_ui.supervisor import Program, Supervisor
from tests.chaos.harness.process import children_of, signal_group
from tests.chaos.harness.waiting import wait_until


class Programs:
    """Started once, restarted when they die, stopped at the end."""

    def __init__(self, programs: Sequence[Program], *, environment: Mapping[str, str], logs: Path) -> None:
        self._supervisor = Supervisor(programs, environment=environment, log_folder=logs)
        self._logs = logs
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._start_and_watch, name="supervisor")
        self._failure: Exception | None = None

    def start(self) -> None:
        self._watch.start()

    def stop(self) -> None:
        for program in self._supervisor.programs:
            if program.process is not None:
                signal_group(program.process.pid, signal.SIGCONT)
        self._ended.set()
        self._watch.join()

    def check(self) -> None:
        """Fail when the supervisor has given up."""
        assert self._failure is None, self._failure

    def forgive(self) -> None:
        """Forget deaths so far: the faults of another test are no reason to wait before a restart."""
        for program in self._supervisor.programs:
            program.n_early_deaths = 0

    def pid(self, name: str) -> int:
        """Of a program that runs; waits for it where it is being restarted."""
        [program] = [program for program in self._supervisor.programs if program.name == name]
        wait_until(lambda: self._failure or program.process is not None, 60)
        self.check()
        assert program.process is not None
        return program.process.pid

    def kill(self, name: str) -> None:
        """Kill a program and all its children."""
        signal_group(self.pid(name), signal.SIGKILL)

    def send(self, number: signal.Signals, name: str) -> None:
        """Send a signal to the program alone."""
        os.kill(self.pid(name), number)

    def freeze(self, name: str) -> None:
        """Stop a program and all its children where they are, and return when they stand."""
        pid = self.pid(name)
        signal_group(pid, signal.SIGSTOP)
        wait_until(
            lambda: all(one.status() == psutil.STATUS_STOPPED for one in [psutil.Process(pid), *children_of(pid)]), 10
        )

    def thaw(self, name: str) -> None:
        """Have a frozen program go on."""
        signal_group(self.pid(name), signal.SIGCONT)

    def readers(self, name: str = "worker") -> list[psutil.Process]:
        """The processes of a worker program that read pages; none while it is being restarted."""
        try:
            return children_of(self.pid(name))
        except psutil.NoSuchProcess:
            return []

    def names(self) -> list[str]:
        return [program.name for program in self._supervisor.programs]

    def log(self, name: str) -> str:
        return (self._logs / f"{name}.log").read_text(errors="replace")

    def _start_and_watch(self) -> None:
        """In one thread for as long as they run, because the kernel ends them with the thread that started them."""
        self._supervisor.start()
        try:
            self._supervisor.watch(self._ended.is_set, every_s=0.05)
        except Exception as error:  # noqa: BLE001 whoever waits for a program shows it
            self._failure = error
        finally:
            self._supervisor.stop()
