import pytest

from formdigits.errors import BadRequest, NotFound
from tests.formdigits.ledger.examples import (
    UNREADABLE,
    add_job,
    claim_again,
    claim_next,
    commit,
    hand_out,
    numbers,
    read_all,
    reading,
    results,
)


def in_state(ledger, state, n=4):
    """A job of `n` pages in this state."""
    job_id = add_job(ledger, n, is_open=state == "open")
    if state == "paused":
        ledger.pause(job_id)
    if state == "cancelled":
        ledger.cancel(job_id)
    if state == "done":
        read_all(ledger)
    assert ledger.progress(job_id).state == state
    return job_id


def steer(ledger, verb, job_id):
    """Call one of the verbs, and say whether it was refused."""
    try:
        ledger.set_priority(job_id, "low") if verb == "set_priority" else getattr(ledger, verb)(job_id)
    except BadRequest:
        return "refused"
    return ledger.progress(job_id).state


STATES = "open running paused done cancelled".split()
EXPECTED = {
    "start_job": "running running paused done cancelled",
    "pause": "refused paused paused refused refused",
    "resume": "refused running running refused refused",
    "cancel": "cancelled cancelled cancelled done cancelled",
    "set_priority": "open running paused done cancelled",
    "retry_failed": "refused refused refused done refused",
}
"""What becomes of a job in each of the states."""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", EXPECTED)
def test_what_a_job_may_be_told_depends_on_its_state(ledger, verb, state):
    job_id = in_state(ledger, state)

    first = steer(ledger, verb, job_id)
    before_the_second = ledger.progress(job_id)
    second = steer(ledger, verb, job_id)

    assert first == EXPECTED[verb].split()[STATES.index(state)]
    assert second == first
    assert ledger.progress(job_id)[:-4] == before_the_second[:-4]


@pytest.mark.parametrize("verb", EXPECTED)
def test_an_unknown_job_cannot_be_told_anything(ledger, verb):
    with pytest.raises(NotFound, match="nonesuch"):
        steer(ledger, verb, "nonesuch")


def test_a_paused_job_is_not_handed_out_and_goes_on_where_it_was(ledger):
    job_id = add_job(ledger, 6)
    commit(ledger, claim_next(ledger))
    [queued] = hand_out(ledger)

    ledger.pause(job_id)

    assert ledger.claim(queued, worker="w1", lease_s=60) == []
    assert ledger.hand_out(window=4) == []
    ledger.resume(job_id)
    assert numbers(ledger.hand_out(window=4)) == [[3, 4], [5, 6]]


def test_what_is_being_read_when_its_job_is_paused_is_committed(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger)
    ledger.pause(job_id)

    kept = commit(ledger, claim)

    assert kept
    assert (ledger.progress(job_id).state, ledger.progress(job_id).n_read) == ("done", 2)


def test_cancelling_ends_the_waiting_pages_and_keeps_the_read_ones(ledger):
    job_id = add_job(ledger, 4)
    commit(ledger, claim_next(ledger))

    ledger.cancel(job_id)

    progress = ledger.progress(job_id)
    assert (progress.state, progress.n_read, progress.n_cancelled) == ("cancelled", 2, 2)
    assert progress.ended_at is not None
    assert [page.state for page in ledger.pages(job_id)] == ["read", "read", "cancelled", "cancelled"]
    assert ledger.page(job_id, 3).state == "cancelled"


@pytest.mark.parametrize("state", ["open", "paused"])
def test_nothing_of_a_job_that_was_cancelled_before_it_ran_is_handed_out(ledger, state):
    job_id = in_state(ledger, state)

    ledger.cancel(job_id)

    ledger.start_job(job_id)
    assert ledger.hand_out(window=4) == []
    assert ledger.progress(job_id).n_cancelled == 4


def test_failed_pages_are_read_again_and_the_read_ones_stay(ledger):
    job_id = add_job(ledger, 4, chunk_size=4, failed=(4,))
    commit(ledger, claim_next(ledger), {1: reading(), 2: UNREADABLE, 3: reading()}, model="old")

    n_pages = ledger.retry_failed(job_id)

    assert n_pages == 2
    assert (ledger.progress(job_id).state, ledger.progress(job_id).ended_at) == ("running", None)
    [message] = hand_out(ledger)
    assert numbers([message]) == [[2, 4]]
    [claim] = ledger.claim(message, worker="w1", lease_s=60)
    assert commit(ledger, claim, {2: reading(), 4: reading()}, model="new")
    assert (ledger.progress(job_id).state, ledger.progress(job_id).n_read) == ("done", 4)
    assert [page.model_version for page in ledger.pages(job_id)] == ["old", "new", "old", "new"]


def test_failed_pages_far_apart_are_read_again_without_looking_at_those_between_them(ledger):
    job_id = add_job(ledger, 400, chunk_size=100, failed=(1, 100, 101, 399))
    read_all(ledger)

    ledger.retry_failed(job_id)

    messages = hand_out(ledger, 9)
    claims = [claim for message in messages for claim in ledger.claim(message, worker="w1", lease_s=60)]
    assert sorted((claim.first, claim.last) for claim in claims) == [(1, 100), (101, 101), (399, 399)]
    assert ledger.overview().n_in_flight_pages == 102


def test_failed_pages_that_are_read_again_stand_in_line_by_how_many_they_are(ledger):
    again = add_job(ledger, 400, chunk_size=2, failed=(1, 200, 400))
    read_all(ledger)
    add_job(ledger, 400, chunk_size=2)
    ledger.retry_failed(again)
    ledger.pause(again)

    ledger.resume(again)

    job_ids = [chunk.job_id for message in hand_out(ledger, 5) for chunk in message.chunks]
    assert job_ids.count(again) == 3


def test_a_late_commit_of_an_old_chunk_does_not_count_for_the_pages_that_are_read_again(ledger):
    job_id = add_job(ledger, 2)
    zombie = claim_next(ledger, lease_s=-1)
    claim = claim_again(ledger, zombie)
    commit(ledger, claim, results(claim, UNREADABLE))

    ledger.retry_failed(job_id)

    assert not commit(ledger, zombie)
    assert not commit(ledger, claim)
    assert claim_again(ledger, zombie) is None
    assert ledger.progress(job_id).n_ended == 0
    assert commit(ledger, claim_next(ledger))


def test_a_page_that_is_read_again_counts_once(ledger):
    job_id = add_job(ledger, 2, failed=(1, 2))

    ledger.retry_failed(job_id)
    commit(ledger, claim_next(ledger))

    progress = ledger.progress(job_id)
    assert (progress.n_pages, progress.n_read, progress.n_failed) == (2, 2, 0)


def test_a_hurried_job_keeps_its_priority_when_it_goes_on(ledger):
    job_id = add_job(ledger, 4)
    ledger.pause(job_id)

    ledger.set_priority(job_id, "high")
    ledger.resume(job_id)

    assert ledger.progress(job_id).priority == "high"
    assert numbers(ledger.hand_out(window=4)) == [[1, 2], [3, 4]]
