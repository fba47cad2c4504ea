"""A trainer that lost its retrain, because it was killed or stopped for too long, changes nothing any more."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from formdigits.errors import RetrainBusy
from formdigits.ledger import open_ledger
from formdigits.messages import Recipe, Retrain
from formdigits.model_store import open_models
from formdigits.settings import Settings
from tests.models import publish
from tests.trainer.light_trainer import Trained
from trainer.handover import take_over
from trainer.training_desk import TrainingDesk

HOME = Path(__file__).parent.parent.parent
LEASE_S = 0.5


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def ledger(settings):
    return open_ledger(settings.ledger_url)


@pytest.fixture
def models(settings):
    store = open_models(settings)
    store.promote(publish(store, b"first"))
    return store


@contextmanager
def trainer(settings, retrain_id, *, waits, lease_s=LEASE_S):
    """A trainer in a process of its own that has published its candidate."""
    command = [sys.executable, "-m", "tests.trainer.light_trainer", settings.data, retrain_id, lease_s, waits]
    process = subprocess.Popen(
        [str(word) for word in command], cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "published\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def successor(ledger, models):
    """Asks for another retrain as soon as that is possible, and carries it out."""

    def train(recipe, *, models, on_epoch, is_cancelled, may_promote):
        compared_with, version = models.current(), publish(models, b"of the successor")
        hindrance = take_over(models, version, compared_with=compared_with, may_promote=may_promote)
        return Trained(version, promoted=hindrance is None, message=hindrance or "promoted")

    retrain_id = asked_for(ledger)
    TrainingDesk("trainer-successor", ledger, models, train).retrain(Retrain(retrain_id=retrain_id))
    return ledger.retrain(retrain_id)


def asked_for(ledger):
    """The id of a new retrain, once the one before has counted as lost."""
    while True:
        try:
            return ledger.add_retrain(Recipe(epochs=1))
        except RetrainBusy:
            time.sleep(0.05)


def go_on(process):
    process.send_signal(signal.SIGCONT)
    process.communicate("go on\n", timeout=60)
    assert process.returncode == 0


def test_a_trainer_that_is_not_disturbed_promotes_its_candidate(settings, ledger, models):
    retrain_id = asked_for(ledger)

    with trainer(settings, retrain_id, waits="before", lease_s=60) as process:
        go_on(process)

    row = ledger.retrain(retrain_id)
    assert (row.state, row.promoted, row.version) == ("done", True, models.current())


def test_a_stopped_trainer_whose_retrain_is_lost_promotes_nothing(settings, ledger, models):
    retrain_id, first = asked_for(ledger), models.current()

    with trainer(settings, retrain_id, waits="before") as process:
        process.send_signal(signal.SIGSTOP)
        while ledger.retrain(retrain_id).state == "running":
            time.sleep(0.05)
        go_on(process)

    row = ledger.retrain(retrain_id)
    assert (row.state, row.message, row.promoted) == ("failed", "trainer lost", False)
    assert models.current() == first
    assert len(models.versions()) == 2  # its candidate is there, whole, and a person may promote it


@pytest.mark.parametrize("waits", ["before", "after"])
def test_a_stopped_trainer_never_takes_the_place_of_its_successor(settings, ledger, models, waits):
    retrain_id = asked_for(ledger)

    with trainer(settings, retrain_id, waits=waits) as process:
        process.send_signal(signal.SIGSTOP)
        done = successor(ledger, models)
        go_on(process)

    assert (done.state, done.promoted, done.version) == ("done", True, models.current())
    assert ledger.retrain(retrain_id).state == "failed"
    assert (settings.models / "mnist_cnn.h5").read_bytes() == b"of the successor"


def test_a_killed_trainer_blocks_nobody_for_longer_than_its_lease(settings, ledger, models):
    retrain_id = asked_for(ledger)

    with trainer(settings, retrain_id, waits="before") as process:
        os.kill(process.pid, signal.SIGKILL)
    done = successor(ledger, models)

    assert ledger.retrain(retrain_id).message == "trainer lost"
    assert done.version == models.current()


def test_two_trainers_that_get_the_same_message_train_once(settings, ledger, models):
    retrain_id = asked_for(ledger)

    with trainer(settings, retrain_id, waits="before", lease_s=60) as first:
        second = subprocess.run(
            [sys.executable, "-m", "tests.trainer.light_trainer", str(settings.data), str(retrain_id), "60", "before"],
            cwd=HOME,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        go_on(first)

    assert "published" not in second.stdout
    assert ledger.retrain(retrain_id).version == models.current()
    assert len(models.versions()) == 2
