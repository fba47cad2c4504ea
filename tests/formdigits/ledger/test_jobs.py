import time

import pytest

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger import NewPage
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, new_pages, results


def test_a_new_job_runs_and_nothing_of_it_is_read(ledger):
    job_id = add_job(ledger, 3)

    progress = ledger.progress(job_id)

    assert (progress.id, progress.form, progress.max_error) == (job_id, "card@1", 0.001)
    assert (progress.state, progress.n_pages, progress.n_ended) == ("running", 3, 0)
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
    assert ledger.next_messages(job_id, window=4) == []


def test_the_same_idempotency_key_is_the_same_job(ledger):
    first = ledger.add_job(form="card@1", pages=new_pages(2), max_error=0.001, chunk_size=2, idempotency_key="monday")

    again = ledger.add_job(form="card@1", pages=new_pages(2), max_error=0.001, chunk_size=2, idempotency_key="monday")

    assert again == first
    assert len(ledger.jobs()) == 1


@pytest.mark.parametrize(
    ("pages", "max_error", "chunk_size"), [([], 0.001, 1), (new_pages(1), 0.0, 1), (new_pages(1), 0.001, 0)]
)
def test_a_job_that_makes_no_sense_is_refused(ledger, pages, max_error, chunk_size):
    with pytest.raises(BadRequest, match="at least one page"):
        ledger.add_job(form="card@1", pages=pages, max_error=max_error, chunk_size=chunk_size)


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


def test_cancelling_ends_the_waiting_pages_and_keeps_the_read_ones(ledger):
    job_id = add_job(ledger, 4)
    claim = claim_next(ledger, job_id)
    ledger.commit(claim, results(claim), model_version="m1")

    ledger.cancel(job_id)

    progress = ledger.progress(job_id)
    assert (progress.state, progress.n_read, progress.n_cancelled) == ("cancelled", 2, 2)
    assert progress.ended_at is not None
    assert [page.state for page in ledger.pages(job_id)] == ["read", "read", "cancelled", "cancelled"]
    assert ledger.page(job_id, 3).state == "cancelled"


def test_a_done_job_stays_done_when_it_is_cancelled(ledger):
    job_id = add_job(ledger, 1, failed=(1,))

    ledger.cancel(job_id)

    assert ledger.progress(job_id).state == "done"


def test_an_unknown_job_is_not_found(ledger):
    for ask in (ledger.progress, ledger.cancel, ledger.pages, lambda job_id: ledger.page(job_id, 1)):
        with pytest.raises(NotFound, match="nonesuch"):
            ask("nonesuch")
