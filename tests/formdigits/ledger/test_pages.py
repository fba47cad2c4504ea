import pytest

from formdigits.errors import NotFound
from formdigits.readings import Outcome
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, commit, reading


def test_a_result_reads_back_as_it_was_committed(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger)
    commit(ledger, claim, {1: reading(), 2: UNREADABLE})

    first, second = ledger.pages(job_id)

    assert (first.state, first.result, first.model_version) == ("read", reading(), "m1")
    assert (second.state, second.result, second.model_version) == ("failed", UNREADABLE, "m1")


def test_pages_come_in_order_and_in_parts(ledger):
    job_id = add_job(ledger, 5)

    part = ledger.pages(job_id, after=2, limit=2)

    assert [(page.number, page.name, page.path) for page in part] == [
        (3, "3.png", "/scans/3.png"),
        (4, "4.png", "/scans/4.png"),
    ]


def test_only_the_pages_to_review_are_shown_when_asked_for(ledger):
    job_id = add_job(ledger, 3, chunk_size=3)
    claim = claim_next(ledger)
    unsure = {1: reading(), 2: reading(Outcome.REVIEW), 3: UNREADABLE}
    commit(ledger, claim, unsure)

    assert [page.number for page in ledger.pages(job_id, only="review")] == [2]
    assert [page.number for page in ledger.pages(job_id, only="failed")] == [3]


def test_an_unknown_page_is_not_found(ledger):
    job_id = add_job(ledger, 1)

    with pytest.raises(NotFound, match="page 2"):
        ledger.page(job_id, 2)


def test_pages_of_another_job_stay_out(ledger):
    other, mine = add_job(ledger, 2), add_job(ledger, 2)

    commit(ledger, claim_next(ledger))

    assert [page.state for page in ledger.pages(other)] == ["read", "read"]
    assert [page.state for page in ledger.pages(mine)] == ["waiting", "waiting"]
