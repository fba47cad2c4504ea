import pytest

from formdigits.readings import Outcome
from tests.formdigits.ledger.examples import (
    UNREADABLE,
    add_job,
    claim_again,
    claim_next,
    commit,
    hand_out,
    reading,
    results,
)


def test_a_commit_counts_what_was_read(ledger):
    job_id = add_job(ledger, 4, chunk_size=4)
    claim = claim_next(ledger)

    kept = commit(ledger, claim, {1: reading(), 2: reading(Outcome.REVIEW), 3: reading(), 4: UNREADABLE})

    progress = ledger.progress(job_id)
    assert kept
    assert (progress.n_read, progress.n_failed) == (3, 1)
    assert (progress.n_digits, progress.n_review, progress.n_accepted) == (3, 1, 2)


def test_chunks_of_several_jobs_are_committed_together_and_each_job_counts_its_own(ledger):
    jobs = [add_job(ledger, n, chunk_size=4) for n in (1, 2)]
    [message] = hand_out(ledger)
    claims = ledger.claim(message, worker="w1", lease_s=60)

    kept = ledger.commit({claim: results(claim) for claim in claims}, model_version="m1")

    assert kept == claims
    assert [(ledger.progress(job_id).state, ledger.progress(job_id).n_read) for job_id in jobs] == [
        ("done", 1),
        ("done", 2),
    ]


def test_a_chunk_that_another_worker_took_does_not_hold_up_those_beside_it(ledger):
    jobs = [add_job(ledger, 1) for _ in range(2)]
    [message] = hand_out(ledger)
    late, other = sorted(ledger.claim(message, worker="w1", lease_s=60), key=lambda claim: claim.chunk_id)
    ledger.release([late])
    claim_again(ledger, late)

    kept = ledger.commit({late: results(late), other: results(other)}, model_version="m1")

    assert kept == [other]
    assert [ledger.progress(job_id).n_read for job_id in jobs] == [0, 1]


def test_of_two_claims_of_one_chunk_the_newer_counts(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)
    claim = claim_again(ledger, late)

    kept = ledger.commit({claim: results(claim), late: results(late, UNREADABLE)}, model_version="m1")

    assert kept == [claim]
    assert ledger.progress(job_id).n_read == 2


def test_a_job_is_done_when_its_last_page_ended_and_not_before(ledger):
    job_id = add_job(ledger, 3, chunk_size=2)
    states = []

    for _ in range(2):
        commit(ledger, claim_next(ledger))
        states.append((ledger.progress(job_id).state, ledger.progress(job_id).ended_at is not None))

    assert states == [("running", False), ("done", True)]


def test_a_second_commit_is_refused_and_changes_nothing(ledger):
    job_id = add_job(ledger, 4)
    claim = claim_next(ledger)
    commit(ledger, claim)

    again = commit(ledger, claim, results(claim, UNREADABLE), model="m2")

    assert not again
    assert ledger.progress(job_id).n_failed == 0
    assert ledger.page(job_id, 1).model_version == "m1"


def test_a_late_commit_is_refused_and_the_newer_attempt_counts(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)
    claim = claim_again(ledger, late)

    assert not commit(ledger, late, model="old")
    assert commit(ledger, claim, model="new")
    assert ledger.page(job_id, 1).model_version == "new"


def test_a_commit_must_end_every_page_of_its_chunk(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger)

    with pytest.raises(ValueError, match=r"must end pages \[1, 2\]"):
        commit(ledger, claim, {1: reading()})

    assert ledger.progress(job_id).n_read == 0
    assert commit(ledger, claim)


def test_a_commit_of_nothing_is_nothing(ledger):
    assert ledger.commit({}, model_version="m1") == []
