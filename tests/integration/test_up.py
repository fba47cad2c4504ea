"""`formdigits up` as a person has it: one command, one data folder, Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from formdigits.ledger import open_ledger
from formdigits.settings import Settings

pytestmark = pytest.mark.integration
FORMDIGITS = str(Path(sys.executable).with_name("formdigits"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def first_run(data):
    """Samples read, then the end."""
    command = [FORMDIGITS, "up", "--data", str(data), "--samples", "--once"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def second_run(first_run, data):
    """Up again in the same folder, and staying up."""
    command = [FORMDIGITS, "up", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        yield process
        process.send_signal(signal.SIGINT)
        process.wait(60)


def lines_until(process, words, within_s=180):
    give_up_at, lines = time.monotonic() + within_s, []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return lines
        assert time.monotonic() < give_up_at, lines
    raise AssertionError(lines)


def command_lines():
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue


def test_the_samples_are_read_and_every_field_is_shown(first_run):
    assert first_run.returncode == 0, first_run.stdout + first_run.stderr
    assert "customer_number" in first_run.stdout
    assert re.search(r" [01] misread", first_run.stdout)
    assert "0 pages failed" in first_run.stdout


def test_nothing_runs_on_after_the_end(first_run, data):
    assert not [line for line in command_lines() if os.fsencode(data) in line]


def test_what_was_read_is_still_there_after_a_restart_and_ctrl_c_ends_it(second_run, data):
    lines_until(second_run, "Ctrl-C")
    env = os.environ | {"FORMDIGITS_DATA_DIR": str(data)}
    jobs = open_ledger(Settings(data_dir=data).ledger_url).jobs()

    status = subprocess.run([FORMDIGITS, "status"], env=env, capture_output=True, text=True, timeout=60, check=True)
    doctor = subprocess.run([FORMDIGITS, "doctor"], env=env, capture_output=True, text=True, timeout=60, check=False)
    second_run.send_signal(signal.SIGINT)

    assert len(jobs) == 2
    assert all(job.id in status.stdout for job in jobs)
    assert doctor.returncode == 0, doctor.stdout
    assert second_run.wait(60) == 0


def test_a_second_stack_in_the_same_folder_is_refused_with_what_to_do(second_run, data):
    lines_until(second_run, "Ctrl-C")

    other = subprocess.run(
        [FORMDIGITS, "up", "--data", str(data)], capture_output=True, text=True, timeout=60, check=False
    )

    assert other.returncode == 2
    assert "already up" in other.stderr
