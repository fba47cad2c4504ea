import time

import pytest


def test_a_worker_that_gave_a_sign_of_life_is_listed(ledger):
    ledger.beat("w1", model_version="m1", model_error=None)

    [worker] = ledger.workers()

    assert (worker.name, worker.model_version, worker.model_error) == ("w1", "m1", None)
    assert worker.seen_at == pytest.approx(time.time(), abs=60)
    assert 0 <= worker.seen_s_ago < 60


def test_the_newest_sign_of_life_counts(ledger):
    ledger.beat("w1", model_version="m1", model_error=None)

    ledger.beat("w1", model_version="m1", model_error="m2 is damaged")

    [worker] = ledger.workers()
    assert worker.model_error == "m2 is damaged"


def test_workers_are_listed_by_name(ledger):
    for name in ("w2", "w1"):
        ledger.beat(name, model_version=None, model_error=None)

    assert [worker.name for worker in ledger.workers()] == ["w1", "w2"]


def test_a_worker_that_fell_silent_is_not_listed(ledger):
    ledger.beat("w1", model_version="m1", model_error=None)

    assert ledger.workers(seen_within_s=-1) == []
