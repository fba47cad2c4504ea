"""Keeps programs running: starts them in order, restarts what dies, stops them in the opposite order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from formdigits.errors import ServerUnreachable

log = structlog.get_logger(__name__)

LONGEST_BACKOFF_S = 10.0
STEADY_AFTER_S = 30.0
"""A program that ran this long is restarted at once when it dies."""
STOP_WITHIN_S = 20.0
LARGEST_LOG_BYTES = 20_000_000
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
"""From `linux/prctl.h`: the signal that a process gets when the one that started it dies."""


@dataclass
class Program:
    """One program under supervision, in a process group of its own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it is told besides what all are told."""
    process: "subprocess.Popen[bytes] | None" = None
    started_at_s: float = 0.0
    n_early_deaths: int = 0
    restart_at_s: float = field(default=0.0)


class Supervisor:
    """Runs programs until it is told to stop.  Their output goes to one log file each."""

    def __init__(self, programs: Sequence[Program], *, environment: Mapping[str, str], log_folder: Path) -> None:
        self.programs = programs
        self._environment = dict(environment)
        self._log_folder = log_folder

    def start(self) -> None:
        """Start every program."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        for program in self.programs:
            self._start(program)

    def watch(self, until: Callable[[], bool], *, every_s: float = 0.2) -> None:
        """Restart what dies until `until` says that it is enough.

        Raises:
            ServerUnreachable: a program dies again and again.
        """
        while not until():
            for program in self.programs:
                self._restart_if_dead(program)
            time.sleep(every_s)

    def stop(self) -> None:
        """Ask every program to end, last started first, and end those that do not."""
        for program in reversed(self.programs):
            process = program.process
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                log.warning("program does not end, it is killed", program=program.name)
            _kill_group(process)
            process.wait()

    def log_file(self, program: Program) -> Path:
        """Where the output of a program goes."""
        return self._log_folder / f"{program.name}.log"

    def _start(self, program: Program) -> None:
        path = self.log_file(program)
        if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as output:
            program.process = subprocess.Popen(
                program.command,
                env=self._environment | dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which ends the programs in order
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 one call of the kernel
            )
        program.started_at_s = time.monotonic()

    def _restart_if_dead(self, program: Program) -> None:
        now = time.monotonic()
        if program.process is None:
            if now >= program.restart_at_s:
                self._start(program)
            return
        exit_code = program.process.poll()
        if exit_code is None:
            return
        _kill_group(program.process)  # the children of a killed worker
        program.process = None
        early = now - program.started_at_s < STEADY_AFTER_S
        program.n_early_deaths = program.n_early_deaths + 1 if early else 0
        if program.n_early_deaths > 5 and exit_code >= 0:
            tail = self.log_file(program).read_text(errors="replace").splitlines()[-15:]
            raise ServerUnreachable(f"the {program.name} does not stay up:\n  " + "\n  ".join(tail))
        wait_s = min(LONGEST_BACKOFF_S, 0.25 * 2**program.n_early_deaths) if early else 0.0
        program.restart_at_s = now + wait_s
        log.warning("program died, restarting", program=program.name, exit_code=exit_code, wait_s=wait_s)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_with_parent() -> None:
    """Runs in the child before its program: when the launcher is killed, its programs end too."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
