import pytest

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger import NewPage
from formdigits.ledger.schema import chunks, jobs, pages
from tests.formdigits.ledger.examples import add_job, claim_again, claim_next, commit, hand_out


def add_uploads(ledger, *paths, **more):
    """An ended job of uploaded scans."""
    uploads = [NewPage(path, path, is_upload=True) for path in paths]
    job_id = ledger.add_job(form="card@1", pages=uploads, max_error=0.01, chunk_size=2, **more)
    ledger.cancel(job_id)
    return job_id


def ended_job(ledger, n=4, **more):
    job_id = add_job(ledger, n, **more)
    ledger.cancel(job_id)
    return job_id


def n_rows(ledger):
    with ledger._reading.connect() as connection:
        return [len(connection.execute(table.select()).all()) for table in (jobs, pages, chunks)]


def test_a_purged_job_is_gone_with_everything_that_belongs_to_it_and_the_others_stay(ledger):
    stays, goes = ended_job(ledger), ended_job(ledger)

    slice_ = ledger.purge(goes)

    assert (slice_.n_pages, slice_.done) == (4, True)
    assert [job.id for job in ledger.jobs()] == [stays]
    assert len(ledger.pages(stays)) == 4
    assert n_rows(ledger) == [1, 4, 2]


def test_a_large_job_is_purged_in_slices(ledger):
    job_id = ended_job(ledger, 5)

    slices = [ledger.purge(job_id, limit=2) for _ in range(3)]

    assert [(slice_.n_pages, slice_.done) for slice_ in slices] == [(2, False), (2, False), (1, True)]
    assert n_rows(ledger) == [0, 0, 0]


def test_a_job_whose_last_slice_is_full_goes_with_the_next_one(ledger):
    job_id = ended_job(ledger, 4)

    slices = [ledger.purge(job_id, limit=2) for _ in range(3)]

    assert [(slice_.n_pages, slice_.done) for slice_ in slices] == [(2, False), (2, False), (0, True)]
    assert n_rows(ledger) == [0, 0, 0]


def test_a_job_that_is_gone_is_done(ledger):
    job_id = ended_job(ledger)
    ledger.purge(job_id)

    assert ledger.purge(job_id) == (0, [], True)


def test_nobody_sees_a_job_from_its_first_slice_on(ledger):
    job_id = ended_job(ledger, 5, idempotency_key="monday")

    ledger.purge(job_id, limit=1)

    for ask in (ledger.progress, ledger.pages, ledger.cancel, ledger.start_job, lambda id_: ledger.page(id_, 5)):
        with pytest.raises(NotFound):
            ask(job_id)
    assert ledger.jobs() == ledger.progress_of([job_id]) == []
    assert ledger.overview().jobs == {}
    assert ledger.job_with_key("operator", "monday") is None


def test_the_key_of_a_job_that_is_being_purged_may_be_used_again(ledger):
    job_id = ended_job(ledger, 5, idempotency_key="monday")
    ledger.purge(job_id, limit=1)

    again = add_job(ledger, 2, idempotency_key="monday")

    ledger.purge(job_id)
    assert again != job_id
    assert [job.id for job in ledger.jobs()] == [again]


def test_a_purge_that_was_interrupted_is_taken_up(ledger):
    job_id = ended_job(ledger, 5)
    ledger.purge(job_id, limit=1)

    assert ledger.purgeable(older_than_s=3600, open_longer_than_s=3600) == [job_id]
    assert ledger.purge(job_id, limit=4).n_pages == 4


@pytest.mark.parametrize("steer", [[], ["pause"]])
def test_a_job_that_has_not_ended_is_not_purged(ledger, steer):
    job_id = add_job(ledger)
    for verb in steer:
        getattr(ledger, verb)(job_id)

    with pytest.raises(BadRequest, match="cancel it before"):
        ledger.purge(job_id)

    assert len(ledger.pages(job_id)) == 4


def test_nothing_that_is_late_comes_back_into_a_purged_job(ledger):
    job_id = add_job(ledger, 4)
    claim, [message] = claim_next(ledger), hand_out(ledger)
    ledger.cancel(job_id)
    ledger.purge(job_id)

    assert ledger.claim(message, worker="w1", lease_s=60) == []
    assert not commit(ledger, claim)
    assert n_rows(ledger) == [0, 0, 0]


def test_what_is_late_of_a_purged_job_does_not_count_for_a_job_whose_chunks_got_the_same_numbers(ledger):
    purged = add_job(ledger, 4)
    late, [message] = claim_next(ledger), hand_out(ledger)
    ledger.cancel(purged)
    ledger.purge(purged)
    job_id = add_job(ledger, 4)
    held = claim_next(ledger)
    hand_out(ledger)

    ledger.release([late])

    assert ledger.claim(message, worker="w2", lease_s=60) == []
    assert claim_again(ledger, held) is None
    assert not commit(ledger, late)
    assert ledger.progress(job_id).n_ended == 0
    assert commit(ledger, held)


def test_a_job_whose_submitting_broke_off_is_purged_with_what_came_of_it(ledger):
    job_id = add_job(ledger, 4, is_open=True)

    assert ledger.purgeable(older_than_s=3600, open_longer_than_s=3600) == []
    assert ledger.purgeable(older_than_s=3600, open_longer_than_s=-1) == [job_id]
    assert ledger.purge(job_id).done
    assert n_rows(ledger) == [0, 0, 0]


def test_only_jobs_that_ended_long_ago_may_go_oldest_first(ledger):
    done, cancelled = add_job(ledger, 1, failed=(1,)), ended_job(ledger)
    running, paused = add_job(ledger), add_job(ledger)
    ledger.pause(paused)

    assert ledger.purgeable(older_than_s=3600, open_longer_than_s=3600) == []
    assert ledger.purgeable(older_than_s=-1, open_longer_than_s=-1) == [done, cancelled]
    assert ledger.progress(running).state == "running"


def test_uploads_are_unused_when_the_last_page_that_refers_to_them_goes(ledger):
    first = add_uploads(ledger, "/uploads/a", "/uploads/b", "/uploads/b")
    second = add_uploads(ledger, "/uploads/b", "/uploads/c")

    assert ledger.purge(first).unused_uploads == ["/uploads/a"]
    assert ledger.purge(second).unused_uploads == ["/uploads/b", "/uploads/c"]


def test_an_upload_that_a_later_slice_refers_to_is_still_used(ledger):
    job_id = add_uploads(ledger, "/uploads/a", "/uploads/b", "/uploads/a")

    slices = [ledger.purge(job_id, limit=2), ledger.purge(job_id, limit=2)]

    assert [slice_.unused_uploads for slice_ in slices] == [["/uploads/b"], ["/uploads/a"]]


def test_scans_that_were_not_uploaded_are_nobodys_to_remove(ledger):
    assert ledger.purge(ended_job(ledger)).unused_uploads == []


def test_uploads_that_no_page_refers_to_are_found_among_many(ledger):
    add_uploads(ledger, *(f"/uploads/{i}" for i in range(0, 1200, 2)))

    unused = ledger.unused_uploads([f"/uploads/{i}" for i in range(1200)])

    assert unused == sorted(f"/uploads/{i}" for i in range(1, 1200, 2))
