"""Pages that are read again, their paper lying where a person sees it."""

import pytest

from formdigits.errors import BadRequest
from formdigits.messages import ReadPages
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, commit, hand_out, read_all, reading

CORNERS = ((10.0, 10.5), (110.0, 12.0), (108.0, 150.0), (9.0, 149.0))


@pytest.fixture
def job_id(ledger):
    """A job of four pages that is done; the second one failed."""
    job_id = add_job(ledger, 4, chunk_size=4)
    claim = claim_next(ledger)
    commit(ledger, claim, {number: UNREADABLE if number == 2 else reading() for number in range(1, 5)})
    return job_id


def test_a_failed_page_is_read_again_alone_and_with_its_corners(ledger, job_id):
    ledger.read_again(job_id, 2, CORNERS)

    [message] = hand_out(ledger, 9)
    [page] = message.chunks[0].pages
    assert (page.number, page.corners_px) == (2, CORNERS)
    assert ledger.page(job_id, 2).corners_px == CORNERS


def test_a_job_with_a_page_that_is_read_again_goes_on_and_ends_with_true_counts(ledger, job_id):
    ledger.read_again(job_id, 2, CORNERS)
    between = ledger.progress(job_id)
    read_all(ledger)
    after = ledger.progress(job_id)

    assert (between.state, between.n_read, between.n_failed, between.ended_at) == ("running", 3, 0, None)
    assert (after.state, after.n_read, after.n_failed) == ("done", 4, 0)


def test_placing_the_same_corners_twice_reads_the_page_once(ledger, job_id):
    ledger.read_again(job_id, 2, CORNERS)
    ledger.read_again(job_id, 2, CORNERS)

    assert len(hand_out(ledger, 9)) == 1
    assert ledger.progress(job_id).n_failed == 0


def test_a_page_of_a_paused_job_waits_until_the_job_goes_on(ledger):
    job_id = add_job(ledger, 4, chunk_size=2)
    commit(ledger, claim_next(ledger), {1: UNREADABLE, 2: reading()})
    ledger.pause(job_id)

    ledger.read_again(job_id, 1, CORNERS)
    waiting = hand_out(ledger, 9)
    ledger.resume(job_id)
    read_all(ledger)

    assert waiting == []
    assert ledger.progress(job_id).n_read == 4


@pytest.mark.parametrize(("number", "what"), [(1, "a page that was read"), (5, "a page that is not there")])
def test_only_a_failed_page_is_read_again(ledger, job_id, number, what):
    with pytest.raises(BadRequest, match=f"no failed page {number}"):
        ledger.read_again(job_id, number, CORNERS)


def test_a_page_of_a_cancelled_job_stays_as_it_is(ledger):
    job_id = add_job(ledger, 2, chunk_size=1, failed=(2,))
    ledger.cancel(job_id)

    with pytest.raises(BadRequest, match="is cancelled"):
        ledger.read_again(job_id, 2, CORNERS)


def test_a_refused_page_waits_for_those_that_are_read_beside_it(ledger):
    job_id = add_job(ledger, 3, chunk_size=3, failed=(2,))
    claim = claim_next(ledger)

    with pytest.raises(BadRequest, match="beside page 2"):
        ledger.read_again(job_id, 2, CORNERS)

    commit(ledger, claim, {1: reading(), 3: reading()})
    ledger.read_again(job_id, 2, CORNERS)
    read_all(ledger)
    assert ledger.progress(job_id).n_read == 3


def test_corners_stay_with_a_page_that_is_retried(ledger, job_id):
    ledger.read_again(job_id, 2, CORNERS)
    commit(ledger, claim_next(ledger), {2: UNREADABLE})
    ledger.retry_failed(job_id)

    [message] = hand_out(ledger, 9)
    assert message.chunks[0].pages[0].corners_px == CORNERS


def test_a_message_says_nothing_of_corners_that_nobody_placed(ledger):
    add_job(ledger, 2, chunk_size=2)

    [message] = hand_out(ledger, 9)

    body = message.model_dump(mode="json", exclude_none=True)
    assert body["chunks"][0]["pages"] == [{"number": 1, "path": "/scans/1.png"}, {"number": 2, "path": "/scans/2.png"}]
    assert ReadPages.model_validate(body) == message
