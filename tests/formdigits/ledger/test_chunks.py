import pytest

from formdigits.errors import NotFound
from formdigits.readings import Outcome
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, reading, results


def test_a_message_names_the_pages_of_its_chunk(ledger):
    job_id = add_job(ledger, 3, chunk_size=2)

    first, second = ledger.next_messages(job_id, window=4)

    assert (first.job_id, first.form, first.max_error) == (job_id, "card@1", 0.001)
    assert [(page.number, page.path) for page in first.pages] == [(1, "/scans/1.png"), (2, "/scans/2.png")]
    assert [page.number for page in second.pages] == [3]


def test_pages_refused_at_submission_are_in_no_message(ledger):
    job_id = add_job(ledger, 6, chunk_size=2, failed=(1, 3, 4))

    messages = ledger.next_messages(job_id, window=4)

    assert [[page.number for page in message.pages] for message in messages] == [[2], [5, 6]]


def test_a_job_has_no_more_chunks_under_way_than_its_window(ledger):
    job_id = add_job(ledger, 6, chunk_size=1)

    handed_out = ledger.next_messages(job_id, window=2)

    assert len(handed_out) == 2
    assert ledger.next_messages(job_id, window=2) == []


def test_a_commit_makes_room_for_the_next_chunk(ledger):
    job_id = add_job(ledger, 2, chunk_size=1)
    claim = claim_next(ledger, job_id)

    ledger.commit(claim, results(claim), model_version="m1")

    assert [message.pages[0].number for message in ledger.next_messages(job_id, window=1)] == [2]


def test_only_one_worker_gets_a_chunk(ledger):
    job_id = add_job(ledger)
    claim = claim_next(ledger, job_id)

    again = ledger.claim(claim.chunk_id, worker="w2", lease_s=60)

    assert (claim.job_id, claim.attempt, claim.first, claim.last) == (job_id, 1, 1, 2)
    assert again is None


def test_another_worker_may_take_a_chunk_whose_lease_is_over(ledger):
    job_id = add_job(ledger)
    late = claim_next(ledger, job_id, lease_s=-1)

    claim = ledger.claim(late.chunk_id, worker="w2", lease_s=60)

    assert claim is not None
    assert claim.attempt == 2


def test_a_released_chunk_may_be_taken_at_once(ledger):
    job_id = add_job(ledger)
    claim = claim_next(ledger, job_id)

    ledger.release(claim)

    assert ledger.claim(claim.chunk_id, worker="w2", lease_s=60) is not None


def test_releasing_a_chunk_that_another_worker_took_leaves_it_to_them(ledger):
    job_id = add_job(ledger)
    late = claim_next(ledger, job_id, lease_s=-1)
    claim = ledger.claim(late.chunk_id, worker="w2", lease_s=60)

    ledger.release(late)

    assert ledger.claim(late.chunk_id, worker="w3", lease_s=60) is None
    assert ledger.commit(claim, results(claim), model_version="m1")


def test_a_chunk_of_a_cancelled_job_is_neither_claimed_nor_committed(ledger):
    job_id = add_job(ledger, 4)
    claimed = claim_next(ledger, job_id)
    [queued] = ledger.next_messages(job_id, window=2)

    ledger.cancel(job_id)

    assert ledger.claim(queued.chunk_id, worker="w1", lease_s=60) is None
    assert not ledger.commit(claimed, results(claimed), model_version="m1")
    assert ledger.progress(job_id).n_read == 0
    assert ledger.next_messages(job_id, window=4) == []


def test_a_commit_counts_what_was_read(ledger):
    job_id = add_job(ledger, 4, chunk_size=4)
    claim = claim_next(ledger, job_id)

    kept = ledger.commit(
        claim, {1: reading(), 2: reading(Outcome.REVIEW), 3: reading(), 4: UNREADABLE}, model_version="m1"
    )

    progress = ledger.progress(job_id)
    assert kept
    assert (progress.n_read, progress.n_failed) == (3, 1)
    assert (progress.n_digits, progress.n_review, progress.n_accepted) == (3, 1, 2)


def test_a_job_is_done_when_its_last_page_ended_and_not_before(ledger):
    job_id = add_job(ledger, 3, chunk_size=2)
    states = []

    for _ in range(2):
        claim = claim_next(ledger, job_id)
        ledger.commit(claim, results(claim), model_version="m1")
        states.append((ledger.progress(job_id).state, ledger.progress(job_id).ended_at is not None))

    assert states == [("running", False), ("done", True)]


def test_a_second_commit_is_refused_and_changes_nothing(ledger):
    job_id = add_job(ledger, 4)
    claim = claim_next(ledger, job_id)
    ledger.commit(claim, results(claim), model_version="m1")

    again = ledger.commit(claim, results(claim, UNREADABLE), model_version="m2")

    assert not again
    assert ledger.progress(job_id).n_failed == 0
    assert ledger.page(job_id, 1).model_version == "m1"


def test_a_late_commit_is_refused_and_the_newer_attempt_counts(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, job_id, lease_s=-1)
    claim = ledger.claim(late.chunk_id, worker="w2", lease_s=60)

    assert not ledger.commit(late, results(late), model_version="old")
    assert ledger.commit(claim, results(claim), model_version="new")
    assert ledger.page(job_id, 1).model_version == "new"


def test_a_commit_must_end_every_page_of_its_chunk(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger, job_id)

    with pytest.raises(ValueError, match=r"must end pages \[1, 2\]"):
        ledger.commit(claim, {1: reading()}, model_version="m1")

    assert ledger.progress(job_id).n_read == 0
    assert ledger.commit(claim, results(claim), model_version="m1")


def test_unknown_jobs_and_chunks_are_not_found(ledger):
    with pytest.raises(NotFound, match="nonesuch"):
        ledger.next_messages("nonesuch", window=4)
    with pytest.raises(NotFound, match="no chunk 99"):
        ledger.claim(99, worker="w1", lease_s=60)
