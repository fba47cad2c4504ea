"""When a worker says that it is stuck, deaf or not ready, by a clock that the test turns."""

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest

from formdigits.errors import ServerUnreachable
from formdigits.ledger import WorkerRow
from formdigits.settings import Settings
from worker.health import Health
from worker.identity import name_prefix
from worker.metrics_folder import MetricsFolder
from worker.sweeper import Sweeper

OURS = f"{name_prefix()}{os.getpid()}"


@dataclass
class Worker:
    """A worker as its health sees it."""

    now: float = 1000.0
    turned_at: float = 1000.0
    backlog_since: float | None = None
    counts: Counter = field(default_factory=Counter)
    names: tuple[str, ...] = (OURS,)
    n_messages: float = 0
    ledger_is_down: bool = False

    def workers(self):
        if self.ledger_is_down:
            raise ServerUnreachable("the database of the ledger does not answer")
        return [WorkerRow(name, "v1", None, self.now, 0.5) for name in self.names]

    def process_ids(self):
        return {os.getpid()}

    def value(self, name):
        assert name == "formdigits_worker_messages_total"
        return self.n_messages

    def wait(self, seconds):
        """Let time pass, with the sweeper turning."""
        self.now = self.turned_at = self.now + seconds


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def health(worker):
    health = Health(worker, Settings(), clock=lambda: worker.now)
    health.started(worker, worker)
    return health


def test_a_worker_that_is_starting_is_live_and_not_ready(worker):
    starting = Health(worker, Settings(), clock=lambda: worker.now)
    worker.now += 3600

    assert starting.live() is None
    assert starting.ready() == "starting"


def test_a_worker_is_ready_when_one_of_its_own_processes_reads(worker, health):
    assert health.ready() is None

    worker.names = (f"{name_prefix()}1", "elsewhere-2")
    assert "no process of this worker" in health.ready()


def test_a_sweeper_that_does_not_turn_is_stuck(worker, health):
    worker.now += 61

    assert "sweeper" in health.live()


def test_an_idle_worker_is_live_for_ever(worker, health):
    worker.wait(100_000)

    assert health.live() is None


def test_a_worker_that_takes_nothing_beside_a_full_queue_is_deaf(worker, health):
    worker.backlog_since = worker.now

    worker.wait(80)
    before = health.live()
    worker.wait(10)
    after = health.live()

    assert before is None
    assert "no message was taken for 90 s" in after


def test_a_worker_that_takes_messages_is_not_deaf_however_full_the_queue_is(worker, health):
    worker.backlog_since = worker.now

    for _ in range(100):
        worker.n_messages += 1
        worker.wait(80)
        assert health.live() is None


def test_a_queue_that_has_just_filled_up_makes_nobody_deaf(worker, health):
    worker.wait(100_000)
    worker.backlog_since = worker.now - 1

    assert health.live() is None


def test_a_worker_is_not_started_again_because_the_ledger_does_not_answer(worker, health):
    health.live()
    worker.backlog_since = worker.now
    worker.ledger_is_down = True

    worker.wait(1000)

    assert health.live() is None
    with pytest.raises(ServerUnreachable):
        health.ready()


def test_a_worker_whose_processes_never_could_read_is_not_started_again_for_it(worker, health):
    worker.names = ()
    worker.backlog_since = worker.now

    worker.wait(1000)

    assert health.live() is None


def test_a_worker_whose_processes_stand_still_is_deaf(worker, health):
    health.live()
    worker.names = ()  # they do not tell the ledger of themselves any more
    worker.backlog_since = worker.now

    worker.wait(1000)

    assert "no message was taken" in health.live()


class Queue:
    """A broker with so many messages; None: it does not answer."""

    def __init__(self, n_waiting):
        self.waiting = n_waiting

    def n_waiting(self, _queue="read"):
        if self.waiting is None:
            raise ServerUnreachable("the broker does not answer")
        return self.waiting

    def send_read(self, messages):
        pass


class NothingOverdue:
    """A ledger with nothing to sweep."""

    def release_dead(self, *_):
        return 2

    def sweep(self, **_):
        return []

    def overdue_retrain(self, **_):
        return None


def test_the_sweeper_notes_since_when_the_queue_is_never_empty():
    queue = Queue(3)
    sweeper = Sweeper(NothingOverdue(), queue, Settings())

    sweeper.sweep()
    first = sweeper.backlog_since
    sweeper.sweep()
    second = sweeper.backlog_since
    queue.waiting = 0
    sweeper.sweep()

    assert first is not None
    assert second == first
    assert sweeper.backlog_since is None


def test_what_the_sweeper_does_is_shown_with_the_metrics_of_the_reading_processes(tmp_path, worker):
    folder = MetricsFolder(tmp_path)
    health = Health(folder, Settings())
    sweeper = Sweeper(NothingOverdue(), Queue(0), Settings())
    health.started(sweeper, worker)

    sweeper.sweep()
    lines = health.metrics().decode().splitlines()
    folder.remove()

    assert "formdigits_worker_sweep_chunks_released_total 2.0" in lines
    assert 'formdigits_worker_sweeps_total{outcome="swept"} 0.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)
