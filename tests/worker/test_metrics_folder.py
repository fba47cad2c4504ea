"""Several real processes count, one shows."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.house.checkout import HOME
from worker.metrics_folder import VARIABLE, MetricsFolder

READER = """
import sys
from worker import metrics
metrics.reads_with("v1")
metrics.heard()
metrics.claimed(2)
with metrics.stage("network"):
    metrics.batch(100)
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = MetricsFolder(tmp_path)
    folder.tell_children()
    yield folder
    folder.remove()


@contextmanager
def reading_process():
    """A process that has read one chunk, alive until it is killed at the end."""
    environment = os.environ | {"PYTHONPATH": str(HOME)}
    command = [sys.executable, "-c", READER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout.readline() == b"counted\n"
        yield process
        process.kill()


def shown(folder):
    """Sample by sample, as Prometheus would see it."""
    lines = folder.latest().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_what_two_processes_count_is_shown_together(folder):
    with reading_process(), reading_process():
        both = shown(folder)

    assert both["formdigits_worker_messages_total"] == "2.0"
    assert both['formdigits_worker_chunks_total{outcome="claimed"}'] == "4.0"
    assert both['formdigits_worker_batch_digits_bucket{le="128.0"}'] == "2.0"
    assert both['formdigits_worker_stage_seconds_count{stage="network"}'] == "2.0"
    assert both['formdigits_worker_processes{model_version="v1"}'] == "2.0"


def test_what_a_killed_process_counted_stays_and_it_is_no_process_any_more(folder):
    with reading_process():
        for _ in range(2):
            with reading_process():
                pass
        after = shown(folder)
        again = shown(folder)

    assert after == again
    assert after["formdigits_worker_messages_total"] == "3.0"
    assert after['formdigits_worker_stage_seconds_count{stage="network"}'] == "3.0"
    assert after['formdigits_worker_processes{model_version="v1"}'] == "1.0"


def test_the_files_do_not_grow_with_the_number_of_processes_that_ever_were(folder):
    def files_after(n_processes):
        for _ in range(n_processes):
            with reading_process():
                pass
        folder.latest()
        return sorted(file.name for file in folder.path.glob("*.db"))

    assert files_after(1) == files_after(2) == ["counter_ended.db", "histogram_ended.db"]


def test_a_process_that_was_killed_as_it_made_its_file_breaks_nothing(folder):
    with reading_process() as process:
        pass
    (folder.path / f"counter_{process.pid}.db").write_bytes(b"")

    assert folder.latest() is not None
    assert folder.value("formdigits_worker_messages_total") == 0


def test_one_number_is_summed_over_all_processes(folder):
    with reading_process(), reading_process():
        assert folder.value("formdigits_worker_messages_total") == 2
        assert folder.value("no_such_metric") == 0


def test_a_worker_removes_the_folders_of_killed_ones_and_leaves_those_of_living_ones(tmp_path):
    living, killed = MetricsFolder(tmp_path), MetricsFolder(tmp_path)
    killed._lock.close()  # as the kernel does it for a process that is no more

    new = MetricsFolder(tmp_path)

    assert living.path.exists()
    assert not killed.path.exists()
    living.remove()
    new.remove()
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
