import time

import pytest

from formdigits.errors import NotFound, RetrainBusy
from formdigits.ledger import EpochRow
from formdigits.messages import Recipe

RECIPE = Recipe(epochs=3)


def begin(ledger, lease_s=60.0):
    return ledger.claim_retrain(ledger.add_retrain(RECIPE), worker="t1", lease_s=lease_s)


def record(ledger, fence, epoch=1, lease_s=60.0):
    numbers = {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.4, "val_accuracy": 0.95}
    return ledger.record_epoch(fence, epoch=epoch, lease_s=lease_s, **numbers)


def finish(ledger, fence, state="done"):
    return ledger.finish_retrain(fence, state=state, version="v2", promoted=True, message="better")


def test_a_new_retrain_waits_with_its_recipe(ledger):
    retrain_id = ledger.add_retrain(RECIPE)

    retrain = ledger.retrain(retrain_id)

    assert (retrain.id, retrain.state, retrain.recipe, retrain.epochs) == (retrain_id, "waiting", RECIPE, ())
    assert retrain.started_at is None


def test_one_retrain_waits_or_runs_at_a_time(ledger):
    retrain_id = ledger.add_retrain(RECIPE)

    with pytest.raises(RetrainBusy):
        ledger.add_retrain(RECIPE)

    assert [retrain.id for retrain in ledger.retrains()] == [retrain_id]


def test_only_one_trainer_gets_a_retrain(ledger):
    fence = begin(ledger)

    assert fence.recipe == RECIPE
    assert ledger.retrain(fence.retrain_id).worker == "t1"
    assert ledger.claim_retrain(fence.retrain_id, worker="t2", lease_s=60) is None


def test_an_epoch_that_is_recorded_again_because_its_answer_was_lost_counts_once(ledger):
    fence = begin(ledger)
    record(ledger, fence, epoch=1)

    held = record(ledger, fence, epoch=1)

    assert held
    assert [epoch.epoch for epoch in ledger.retrain(fence.retrain_id).epochs] == [1]


def test_epochs_are_shown_in_order(ledger):
    fence = begin(ledger)

    assert record(ledger, fence, epoch=1)
    assert record(ledger, fence, epoch=2)

    assert ledger.retrain(fence.retrain_id).epochs == (
        EpochRow(1, 0.5, 0.9, 0.4, 0.95),
        EpochRow(2, 0.5, 0.9, 0.4, 0.95),
    )


def test_a_finished_retrain_names_its_version_and_makes_room_for_the_next(ledger):
    fence = begin(ledger)

    assert finish(ledger, fence)

    done = ledger.retrain(fence.retrain_id)
    assert (done.state, done.version, done.promoted, done.message) == ("done", "v2", True, "better")
    assert done.ended_at >= done.started_at >= done.submitted_at
    assert ledger.add_retrain(RECIPE) > fence.retrain_id


def test_a_retrain_ends_once(ledger):
    fence = begin(ledger)
    finish(ledger, fence)

    assert not finish(ledger, fence, state="failed")
    assert not record(ledger, fence)
    assert ledger.retrain(fence.retrain_id).state == "done"


def test_a_cancelled_retrain_tells_its_trainer_to_stop(ledger):
    fence = begin(ledger)

    ledger.cancel_retrain(fence.retrain_id)

    assert not record(ledger, fence)
    assert not finish(ledger, fence)
    assert ledger.retrain(fence.retrain_id).state == "cancelled"
    assert ledger.add_retrain(RECIPE)


def test_a_cancelled_retrain_is_not_begun(ledger):
    retrain_id = ledger.add_retrain(RECIPE)

    ledger.cancel_retrain(retrain_id)

    assert ledger.claim_retrain(retrain_id, worker="t1", lease_s=60) is None


def test_cancelling_a_finished_retrain_leaves_it_finished(ledger):
    fence = begin(ledger)
    finish(ledger, fence)

    ledger.cancel_retrain(fence.retrain_id)

    assert ledger.retrain(fence.retrain_id).state == "done"


def test_a_trainer_that_is_lost_shows_as_failed(ledger):
    fence = begin(ledger, lease_s=-1)

    lost = ledger.retrain(fence.retrain_id)

    assert (lost.state, lost.message) == ("failed", "trainer lost")
    assert lost.ended_at is not None
    assert ledger.retrains() == [lost]


def test_a_lost_trainer_that_comes_back_may_not_go_on(ledger):
    fence = begin(ledger, lease_s=-1)

    assert not record(ledger, fence)
    assert not finish(ledger, fence)


def test_a_lost_trainer_does_not_block_the_next_retrain(ledger):
    lost = begin(ledger)
    record(ledger, lost, lease_s=-1)

    following = ledger.add_retrain(RECIPE)

    assert [(retrain.id, retrain.state) for retrain in ledger.retrains()] == [
        (following, "waiting"),
        (lost.retrain_id, "failed"),
    ]


def test_cancelling_a_lost_retrain_leaves_it_failed(ledger):
    fence = begin(ledger, lease_s=-1)

    ledger.cancel_retrain(fence.retrain_id)

    assert ledger.retrain(fence.retrain_id).state == "failed"


def test_an_unknown_retrain_is_not_found(ledger):
    for ask in (ledger.retrain, ledger.cancel_retrain, lambda id_: ledger.claim_retrain(id_, worker="t", lease_s=1)):
        with pytest.raises(NotFound, match="no retrain 99"):
            ask(99)


def test_a_trainer_that_holds_on_between_epochs_keeps_its_retrain(ledger):
    retrain_id = ledger.add_retrain(RECIPE)
    fence = ledger.claim_retrain(retrain_id, worker="t", lease_s=0.4)

    held = [(time.sleep(0.2), ledger.hold_retrain(fence, lease_s=0.4))[1] for _ in range(4)]

    assert held == [True] * 4
    assert ledger.retrain(retrain_id).state == "running"


def test_a_trainer_is_told_when_its_retrain_was_cancelled_or_lost(ledger):
    retrain_id = ledger.add_retrain(RECIPE)
    fence = ledger.claim_retrain(retrain_id, worker="t", lease_s=60)
    ledger.cancel_retrain(retrain_id)
    lost_id = ledger.add_retrain(RECIPE)
    lost = ledger.claim_retrain(lost_id, worker="t", lease_s=-1)

    assert not ledger.hold_retrain(fence, lease_s=60)
    assert not ledger.hold_retrain(lost, lease_s=60)
