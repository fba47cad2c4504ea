import time

import pytest

from formdigits.errors import BadRequest, NotFound, QuotaExceeded
from formdigits.ledger import NewJob, NewPage
from tests.formdigits.ledger.examples import UNREADABLE, add_job, new_pages


def test_a_new_job_runs_and_nothing_of_it_is_read(ledger):
    job_id = add_job(ledger, 3)

    progress = ledger.progress(job_id)

    assert (progress.id, progress.form, progress.max_error) == (job_id, "card@1", 0.001)
    assert (progress.state, progress.n_pages, progress.n_ended) == ("running", 3, 0)
    assert (progress.owner, progress.priority) == ("operator", "normal")
    assert progress.ended_at is None


def test_times_are_seconds_since_1970(ledger):
    job_id = add_job(ledger)

    progress = ledger.progress(job_id)

    assert progress.submitted_at == pytest.approx(time.time(), abs=60)
    assert 0 <= progress.elapsed_s < 60


def test_a_page_refused_at_submission_has_failed_at_once_and_the_others_go_on(ledger):
    job_id = add_job(ledger, 3, failed=(2,))

    page = ledger.page(job_id, 2)
    progress = ledger.progress(job_id)

    assert (page.state, page.result) == ("failed", UNREADABLE)
    assert (progress.state, progress.n_failed) == ("running", 1)


def test_a_job_without_a_readable_page_is_done_at_once(ledger):
    job_id = add_job(ledger, 2, failed=(1, 2))

    progress = ledger.progress(job_id)

    assert (progress.state, progress.n_failed) == ("done", 2)
    assert progress.ended_at is not None
    assert ledger.hand_out(window=4) == []


def test_the_same_idempotency_key_is_the_same_job(ledger):
    first = add_job(ledger, idempotency_key="monday")

    again = add_job(ledger, 99, idempotency_key="monday")

    assert again == first
    assert [job.n_pages for job in ledger.jobs()] == [4]
    assert ledger.job_with_key("operator", "monday") == first
    assert ledger.job_with_key("operator", "tuesday") is None


@pytest.mark.parametrize("other", ["ann", "operator/monday"])
def test_an_idempotency_key_belongs_to_its_owner(ledger, other):
    first = add_job(ledger, idempotency_key="monday/1")

    second = add_job(ledger, owner=other, idempotency_key="1")
    third = add_job(ledger, owner="ann", idempotency_key="monday/1")

    assert len({first, second, third}) == 3
    assert ledger.job_with_key("operator", "monday/1") == first
    assert ledger.job_with_key(other, "1") == second


@pytest.mark.parametrize(
    ("pages", "max_error", "chunk_size"), [([], 0.001, 1), (new_pages(1), 0.0, 1), (new_pages(1), 0.001, 0)]
)
def test_a_job_that_makes_no_sense_is_refused(ledger, pages, max_error, chunk_size):
    with pytest.raises(BadRequest, match="at least one page"):
        ledger.add_job(form="card@1", pages=pages, max_error=max_error, chunk_size=chunk_size)


@pytest.mark.parametrize("more", [{"owner": "a\0"}, {"idempotency_key": "\ud800"}])
def test_a_name_that_cannot_be_stored_is_refused(ledger, more):
    with pytest.raises(BadRequest, match="cannot be stored"):
        add_job(ledger, **more)


def test_a_path_that_cannot_be_stored_is_refused_and_leaves_nothing(ledger):
    lone_surrogate = NewPage("/scans/\ud800.png", "page")

    with pytest.raises(BadRequest, match="cannot be stored"):
        ledger.add_job(form="card@1", pages=[lone_surrogate], max_error=0.001, chunk_size=1)

    assert ledger.jobs() == []


def test_more_pages_than_one_insert_takes_keep_their_numbers(ledger):
    job_id = add_job(ledger, 10_001, chunk_size=4096)

    [last] = ledger.pages(job_id, after=10_000)

    assert (last.number, last.name) == (10_001, "10001.png")


def test_jobs_are_listed_newest_first(ledger):
    first, second, third = add_job(ledger), add_job(ledger), add_job(ledger)

    listed = [job.id for job in ledger.jobs(limit=2)]

    assert listed == [third, second]
    assert first not in listed


def test_the_jobs_of_one_owner_are_listed_when_asked_for(ledger):
    add_job(ledger)
    theirs = [add_job(ledger, owner="ann") for _ in range(2)]

    assert [job.id for job in ledger.jobs(owner="ann")] == theirs[::-1]
    assert ledger.jobs(owner="nobody") == []


def test_the_progress_of_several_jobs_comes_at_once(ledger):
    first, _, third = add_job(ledger, 1), add_job(ledger, 2), add_job(ledger, 3)

    found = ledger.progress_of([third, first, "nonesuch"])

    assert [job.n_pages for job in found] == [1, 3]


def test_an_unknown_job_is_not_found(ledger):
    for ask in (ledger.progress, ledger.pages, lambda job_id: ledger.page(job_id, 1)):
        with pytest.raises(NotFound, match="nonesuch"):
            ask("nonesuch")


def new_job(key=None, *, n=1, max_error=0.01, quota=None):
    return NewJob("card@1", new_pages(n), max_error, 2, key, "operator", "normal", is_open=False, quota=quota)


def test_of_several_jobs_that_come_together_a_refused_one_takes_no_other_with_it(ledger):
    added = ledger.add_jobs([new_job("a"), new_job(max_error=0), new_job(n=3, quota=2), new_job("b"), new_job("a")])

    assert isinstance(added[1], BadRequest)
    assert isinstance(added[2], QuotaExceeded)
    assert added[0] == added[4] != added[3]
    assert [job.id for job in ledger.jobs()] == [added[3].id, added[0].id]
    assert (added[3].state, added[3].n_pages, added[3].n_read) == ("running", 1, 0)
    assert [page.state for page in ledger.pages(added[3].id)] == ["waiting"]
