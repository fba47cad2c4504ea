"""One program in a process group of its own, so that a test can kill, freeze and thaw it with all its children."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import psutil


class Process:
    """Started again with the same command as often as a test likes."""

    def __init__(self, command: Sequence[str], *, log: Path) -> None:
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the whole group with SIGKILL, and return when it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()

    def end(self, within_s: float = 20) -> None:
        """Ask it to end, however it was left, and kill what does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self.signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self.wait(within_s)
        finally:
            signal_group(self.pid, signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        signal_group(self.pid, number)

    def wait(self, within_s: float = 20) -> int:
        assert self._process is not None
        return self._process.wait(within_s)


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process group that may be gone already."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[psutil.Process]:
    """The processes that read for a worker: those that it spawned, without the one that cleans up semaphores."""
    return [child for child in psutil.Process(pid).children() if "spawn_main" in _command_of(child)]


def _command_of(process: psutil.Process) -> str:
    """Nothing for one that has just died and is not waited for yet, or is."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
