import pytest

from formdigits.errors import ModelRefused, ServerUnreachable
from formdigits.ledger import open_ledger
from formdigits.messages import RETRAIN, Recipe, Retrain
from formdigits.model_store import ModelStore
from tests.trainer.fakes import FakeLedger, Trained
from trainer import tasks, training_desk
from trainer.progress import Cancelled, Epoch
from trainer.training_desk import TrainingDesk

MESSAGE = Retrain(retrain_id=7)


def desk(ledger, train, tmp_path):
    return TrainingDesk(name="trainer-1", ledger=ledger, models=ModelStore(tmp_path), train=train)


def two_epochs(recipe, *, models, on_epoch, is_cancelled, may_promote):
    for number in range(1, recipe.epochs + 1):
        if is_cancelled():
            raise Cancelled
        on_epoch(Epoch(number, 0.5, 0.9, 0.3, 0.95))
    return Trained()


def test_a_retrain_records_its_epochs_and_its_version(tmp_path):
    ledger = FakeLedger()

    desk(ledger, two_epochs, tmp_path).retrain(MESSAGE)

    assert ledger.state == "done"
    assert (ledger.version, ledger.promoted) == (Trained().version, True)
    assert [number for number, _ in ledger.epochs] == [1, 2]
    assert ledger.epochs[0][1] == {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.3, "val_accuracy": 0.95}


@pytest.mark.parametrize("state", ["running", "cancelled", "done"])
def test_a_message_that_comes_twice_or_late_trains_nothing(state, tmp_path):
    ledger = FakeLedger(state=state)

    desk(ledger, two_epochs, tmp_path).retrain(MESSAGE)

    assert (ledger.state, ledger.epochs) == (state, [])


def test_cancelling_within_an_epoch_stops_the_training(tmp_path):
    ledger = FakeLedger()

    def cancelled_on_the_way(recipe, *, models, on_epoch, is_cancelled, may_promote):
        on_epoch(Epoch(1, 0.5, 0.9, 0.3, 0.95))
        ledger.state = "cancelled"
        return two_epochs(recipe, models=models, on_epoch=on_epoch, is_cancelled=is_cancelled, may_promote=may_promote)

    desk(ledger, cancelled_on_the_way, tmp_path).retrain(MESSAGE)

    assert (ledger.state, ledger.version, len(ledger.epochs)) == ("cancelled", None, 1)


def test_a_lost_fence_stops_the_training_at_the_end_of_its_epoch(tmp_path):
    ledger = FakeLedger()
    ended = []

    def fence_lost(recipe, *, models, on_epoch, is_cancelled, may_promote):
        ledger.state = "failed"
        on_epoch(Epoch(1, 0.5, 0.9, 0.3, 0.95))
        ended.append(recipe)

    desk(ledger, fence_lost, tmp_path).retrain(MESSAGE)

    assert (ledger.state, ended) == ("failed", [])


def test_a_ledger_that_does_not_answer_within_an_epoch_stops_nothing(tmp_path):
    class Deaf(FakeLedger):
        def retrain(self, retrain_id):
            raise ServerUnreachable("the database does not answer")

    ledger = Deaf()

    desk(ledger, two_epochs, tmp_path).retrain(MESSAGE)

    assert (ledger.state, len(ledger.epochs)) == ("done", 2)


class Restarting(FakeLedger):
    """Does not answer the first times that it is asked for something."""

    def __init__(self, n_silent):
        super().__init__()
        self.n_silent = n_silent

    def heard(self):
        if self.n_silent:
            self.n_silent -= 1
            raise ServerUnreachable("the database does not answer")

    def record_epoch(self, *args, **figures):
        self.heard()
        return super().record_epoch(*args, **figures)

    def finish_retrain(self, *args, **outcome):
        self.heard()
        return super().finish_retrain(*args, **outcome)


@pytest.mark.parametrize("train", [two_epochs, lambda *_, **__: Trained()])
def test_a_database_that_is_started_anew_costs_no_training(train, tmp_path, monkeypatch):
    monkeypatch.setattr(training_desk, "PAUSE_S", 0)
    ledger = Restarting(n_silent=3)

    desk(ledger, train, tmp_path).retrain(MESSAGE)

    assert (ledger.state, ledger.n_silent) == ("done", 0)


def test_a_database_that_is_silent_for_longer_than_the_lease_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(training_desk, "PAUSE_S", 0)
    ledger = Restarting(n_silent=10**9)

    with pytest.raises(ServerUnreachable):
        desk(ledger, two_epochs, tmp_path)._replace(lease_s=0).retrain(MESSAGE)


def test_the_real_ledger_is_what_the_desk_needs(tmp_path):
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    retrain_id = ledger.add_retrain(Recipe(epochs=2))

    desk(ledger, two_epochs, tmp_path).retrain(Retrain(retrain_id=retrain_id))

    row = ledger.retrain(retrain_id)
    assert (row.state, row.version, row.promoted) == ("done", Trained().version, True)
    assert [epoch.epoch for epoch in row.epochs] == [1, 2]


def test_an_error_with_a_sentence_ends_the_retrain_with_it(tmp_path):
    ledger = FakeLedger()

    def refused(recipe, *, models, on_epoch, is_cancelled, may_promote):
        raise ModelRefused("the disk is full")

    desk(ledger, refused, tmp_path).retrain(MESSAGE)

    assert (ledger.state, ledger.message) == ("failed", "the disk is full")


def test_an_unforeseen_error_ends_the_retrain_too(tmp_path):
    ledger = FakeLedger()

    def broken(recipe, *, models, on_epoch, is_cancelled, may_promote):
        raise ZeroDivisionError

    desk(ledger, broken, tmp_path).retrain(MESSAGE)

    assert ledger.state == "failed"
    assert "ZeroDivisionError" in ledger.message


def test_the_task_opens_the_door_to_the_desk(monkeypatch, tmp_path):
    ledger = FakeLedger()
    monkeypatch.setattr(tasks, "training_desk", lambda: desk(ledger, two_epochs, tmp_path))

    tasks.retrain(MESSAGE.model_dump(mode="json"))

    assert ledger.state == "done"


def test_the_trainer_takes_retrains_acknowledges_them_at_once_and_has_no_time_limit():
    from trainer.app import app

    app.loader.import_default_modules()

    retrain = app.tasks[RETRAIN]
    assert (retrain.acks_late, retrain.time_limit, retrain.soft_time_limit) == (False, None, None)
