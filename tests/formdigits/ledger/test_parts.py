"""Jobs that are submitted in parts, and the quotas of who submits them."""

import pytest

from formdigits.errors import BadRequest, NotFound, QuotaExceeded
from formdigits.ledger import NewPage
from tests.formdigits.ledger.examples import add_job, claim_next, commit, new_pages, numbers


def test_nothing_of_an_open_job_is_read_before_it_is_started(ledger):
    job_id = add_job(ledger, 2, is_open=True)
    ledger.add_pages(job_id, first=3, pages=new_pages(3))
    before = ledger.hand_out(window=4)

    ledger.start_job(job_id)

    assert before == []
    assert ledger.progress(job_id).state == "running"
    assert numbers(ledger.hand_out(window=4)) == [[1, 2], [3, 4], [5]]


def test_an_open_job_may_begin_without_a_page_and_is_not_started_without_one(ledger):
    job_id = add_job(ledger, 0, is_open=True)

    with pytest.raises(BadRequest, match="at least one page"):
        ledger.start_job(job_id)

    assert ledger.add_pages(job_id, first=1, pages=new_pages(1)) == 1
    ledger.start_job(job_id)
    assert ledger.progress(job_id).state == "running"


def test_a_part_that_comes_twice_is_there_once(ledger):
    job_id = add_job(ledger, 2, is_open=True)

    found = [ledger.add_pages(job_id, first=3, pages=new_pages(2)) for _ in range(2)]

    assert found == [4, 4]
    assert [page.number for page in ledger.pages(job_id)] == [1, 2, 3, 4]


@pytest.mark.parametrize("first", [2, 4])
def test_a_part_that_leaves_a_gap_or_overlaps_is_refused(ledger, first):
    job_id = add_job(ledger, 2, is_open=True)

    with pytest.raises(BadRequest, match="the next part begins with 3"):
        ledger.add_pages(job_id, first=first, pages=new_pages(2))

    assert ledger.progress(job_id).n_pages == 2


def test_pages_refused_in_a_part_have_failed_at_once(ledger):
    job_id = add_job(ledger, 2, is_open=True, failed=(1,))
    ledger.add_pages(job_id, first=3, pages=new_pages(2, failed=(1, 2)))

    ledger.start_job(job_id)

    assert ledger.progress(job_id).n_failed == 3
    assert numbers(ledger.hand_out(window=4)) == [[2]]


def test_an_open_job_whose_pages_all_failed_is_done_when_it_is_started(ledger):
    job_id = add_job(ledger, 2, is_open=True, failed=(1, 2))

    ledger.start_job(job_id)

    assert ledger.progress(job_id).state == "done"
    assert ledger.progress(job_id).ended_at is not None


def test_pages_are_added_to_an_open_job_only(ledger):
    job_id = add_job(ledger, 2)

    with pytest.raises(BadRequest, match="is running"):
        ledger.add_pages(job_id, first=3, pages=new_pages(1))
    with pytest.raises(NotFound):
        ledger.add_pages("nonesuch", first=1, pages=new_pages(1))


def test_a_path_that_cannot_be_stored_is_refused_in_a_part(ledger):
    job_id = add_job(ledger, 2, is_open=True)

    with pytest.raises(BadRequest, match="cannot be stored"):
        ledger.add_pages(job_id, first=3, pages=[NewPage("/scans/\0", "page")])


def test_the_same_key_finds_the_open_job_again(ledger):
    job_id = add_job(ledger, 2, is_open=True, idempotency_key="monday")

    assert add_job(ledger, 2, is_open=True, idempotency_key="monday") == job_id


def test_a_job_over_the_quota_is_refused_and_leaves_nothing(ledger):
    add_job(ledger, 3, owner="ann", quota=5)

    with pytest.raises(QuotaExceeded, match="3 that wait would exceed the quota of 5"):
        add_job(ledger, 3, owner="ann", quota=5)

    assert len(ledger.jobs()) == 1
    assert add_job(ledger, 2, owner="ann", quota=5)


def test_a_part_over_the_quota_is_refused_and_the_job_stays_as_it_was(ledger):
    job_id = add_job(ledger, 2, owner="ann", is_open=True, quota=3)

    with pytest.raises(QuotaExceeded):
        ledger.add_pages(job_id, first=3, pages=new_pages(2), quota=3)

    assert ledger.add_pages(job_id, first=3, pages=new_pages(1), quota=3) == 3


def test_a_quota_counts_the_waiting_pages_of_its_owner_alone(ledger):
    cancelled = add_job(ledger, 2, owner="ann", quota=2)
    ledger.cancel(cancelled)
    add_job(ledger, 2, owner="ann", quota=2, chunk_size=1)
    add_job(ledger, 3, owner="bob")

    commit(ledger, claim_next(ledger))

    with pytest.raises(QuotaExceeded):
        add_job(ledger, 2, owner="ann", quota=2)
    assert add_job(ledger, 1, owner="ann", quota=2)


def test_a_key_that_comes_again_is_no_matter_of_quota(ledger):
    job_id = add_job(ledger, 2, owner="ann", quota=2, idempotency_key="monday")

    assert add_job(ledger, 2, owner="ann", quota=2, idempotency_key="monday") == job_id
