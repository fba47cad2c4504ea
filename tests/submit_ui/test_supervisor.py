"""Programs that are kept running."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from formdigits.errors import ServerUnreachable
from submit_ui.supervisor import Program, Supervisor


def program(code, name="program"):
    return Program(name, [sys.executable, "-u", "-c", code])


@pytest.fixture
def supervise(tmp_path):
    made = []

    def supervise(*programs):
        supervisor = Supervisor(programs, environment=os.environ, log_folder=tmp_path)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield supervise
    for supervisor in made:
        supervisor.stop()


def within(seconds, condition):
    end = time.monotonic() + seconds
    return lambda: condition() or time.monotonic() > end


def test_a_killed_program_is_started_again(supervise):
    sleeper = program("import time; time.sleep(60)")
    supervisor = supervise(sleeper)
    first = sleeper.process.pid
    os.kill(first, signal.SIGKILL)

    supervisor.watch(within(10, lambda: sleeper.process is not None and sleeper.process.pid != first))

    assert sleeper.process.poll() is None
    assert sleeper.process.pid != first


def test_a_program_that_never_stays_up_ends_the_watch_with_its_last_words(supervise, monkeypatch):
    monkeypatch.setattr("submit_ui.supervisor.LONGEST_BACKOFF_S", 0.05)
    supervisor = supervise(program("raise SystemExit('no database')", name="worker"))

    with pytest.raises(ServerUnreachable, match=r"worker does not stay up(.|\n)*no database"):
        supervisor.watch(within(20, lambda: False), every_s=0.02)


def test_stopping_ends_programs_and_what_they_started(supervise):
    parent = program(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)\n"
        "time.sleep(60)"
    )
    supervisor = supervise(parent)
    log = supervisor.log_file(parent)
    supervisor.watch(within(10, lambda: log.exists() and log.read_text().strip().isdigit()))
    child_pid = int(log.read_text())

    supervisor.stop()

    assert parent.process.poll() is not None
    supervisor.programs = []
    end = time.monotonic() + 5
    while _runs(child_pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(child_pid)


def _runs(pid):
    """Whether the process runs; a zombie that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
