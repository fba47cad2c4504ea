"""What is old goes, and nothing that is still in use goes with it."""

import os
import sqlite3
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger import NewPage, open_ledger
from formdigits.readings import PageFailure
from formdigits.retention import DAY_S, purge_job, purge_old
from formdigits.scan_store import ScanStore


@pytest.fixture
def ledger(tmp_path):
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    yield ledger
    ledger.close()


@pytest.fixture
def scans(tmp_path):
    return ScanStore([tmp_path / "scans"], tmp_path / "uploads", 1_000_000)


@pytest.fixture
def upload(scans):
    """Upload something so many days ago, and give its path."""

    def upload(content, days_ago=2.0):
        path = scans.save(BytesIO(content))
        then = time.time() - days_ago * DAY_S
        os.utime(path, (then, then))
        return path

    return upload


@pytest.fixture
def submit(ledger):
    """A job of these scans that has ended; its id."""

    def submit(*paths, is_upload=True, is_open=False):
        pages = [NewPage(path, "a.png", is_upload=is_upload) for path in paths]
        job_id = ledger.add_job(form="x@1", pages=pages, max_error=0.01, chunk_size=4, is_open=is_open)
        if not is_open:
            ledger.cancel(job_id)
        return job_id

    return submit


@pytest.fixture
def age(tmp_path):
    """Have everything that the ledger knows happen so many days earlier."""

    def age(days):
        with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
            connection.execute(
                "UPDATE jobs SET submitted_at = submitted_at - :s, ended_at = ended_at - :s", {"s": days * DAY_S}
            )

    return age


def is_there(path):
    return Path(path).exists()


def gone(ledger, job_id):
    with pytest.raises(NotFound):
        ledger.progress(job_id)
    return True


def test_a_purge_takes_the_job_and_the_uploads_that_no_other_job_has(ledger, scans, upload, submit):
    own, shared = upload(b"own"), upload(b"shared")
    other = submit(shared)
    job_id = submit(own, shared)

    n_pages = purge_job(ledger, scans, job_id)

    assert n_pages == 2
    assert gone(ledger, job_id)
    assert not is_there(own)
    assert is_there(shared)
    assert ledger.progress(other).n_pages == 1


def test_a_large_job_goes_slice_by_slice(ledger, scans, submit):
    job_id = submit(*(f"/scans/{n}.png" for n in range(12_000)), is_upload=False)

    assert purge_job(ledger, scans, job_id) == 12_000
    assert gone(ledger, job_id)


def test_a_scan_that_was_submitted_by_path_stays_where_it_lies(ledger, scans, submit, tmp_path):
    path = tmp_path / "scans" / "mine.png"
    path.parent.mkdir()
    path.write_bytes(b"mine")

    purge_job(ledger, scans, submit(str(path), is_upload=False))

    assert path.exists()


def test_an_upload_that_somebody_just_sent_again_stays(ledger, scans, upload, submit):
    job_id = submit(upload(b"again"))
    path = upload(b"again", days_ago=0)

    purge_job(ledger, scans, job_id)

    assert is_there(path)


def test_what_was_submitted_as_an_upload_and_is_none_is_left_alone(ledger, scans, submit, tmp_path):
    secret = tmp_path / "uploads" / "not-an-upload"
    secret.parent.mkdir()
    secret.write_text("secret")
    os.utime(secret, (0, 0))

    assert purge_job(ledger, scans, submit(str(secret), "/etc/passwd")) == 2
    assert secret.exists()


def test_a_job_that_has_not_ended_is_not_purged(ledger, scans, upload):
    path = upload(b"x")
    job_id = ledger.add_job(form="x@1", pages=[NewPage(path, "a", is_upload=True)], max_error=0.01, chunk_size=4)

    with pytest.raises(BadRequest, match="cancel it"):
        purge_job(ledger, scans, job_id)

    assert is_there(path)
    assert ledger.progress(job_id).state == "running"


def test_jobs_go_after_the_days_of_the_settings_and_not_before(ledger, scans, upload, submit, age):
    old = submit(upload(b"old"))
    age(8)
    young = submit(upload(b"young"))
    age(3)

    nothing = purge_old(ledger, scans, retention_days=0)
    went = purge_old(ledger, scans, retention_days=10)

    assert tuple(nothing) == (0, 0, 0)
    assert tuple(went) == (1, 1, 0)
    assert gone(ledger, old)
    assert ledger.progress(young).state == "cancelled"


def test_a_job_whose_submitting_broke_off_goes_after_a_day_and_one_that_waits_never(ledger, scans, upload, submit, age):
    broken_off = submit(upload(b"a"), is_open=True)
    running = ledger.add_job(form="x@1", pages=[NewPage("/scans/a", "a")], max_error=0.01, chunk_size=4)

    early = purge_old(ledger, scans, retention_days=0)
    age(400)
    late = purge_old(ledger, scans, retention_days=1)

    assert (early.n_jobs, late.n_jobs) == (0, 1)
    assert gone(ledger, broken_off)
    assert ledger.progress(running).state == "running"


def test_uploads_that_nobody_submitted_within_a_day_go(ledger, scans, upload, submit):
    forgotten, fresh, used = upload(b"forgotten"), upload(b"fresh", days_ago=0.5), upload(b"used", days_ago=300)
    submit(used)

    went = purge_old(ledger, scans, retention_days=0)

    assert went.n_uploads == 1
    assert [is_there(path) for path in (forgotten, fresh, used)] == [False, True, True]


def test_an_interrupted_purge_is_finished_by_the_next_sweep(ledger, scans, upload, submit):
    path = upload(b"x")
    job_id = submit(path, *(f"/scans/{n}" for n in range(3)))
    ledger.purge(job_id, limit=2)

    went = purge_old(ledger, scans, retention_days=0)

    assert went.n_jobs == 1
    assert gone(ledger, job_id)
    assert not is_there(path), "the upload of the first slice is found as one that nobody refers to"


def test_a_page_that_failed_at_once_is_purged_as_any_other(ledger, scans):
    failure = PageFailure(code="path_not_allowed", message="no")
    pages = [NewPage("ab/../../secret", "a", failure, is_upload=True)]
    job_id = ledger.add_job(form="x@1", pages=pages, max_error=0.01, chunk_size=4)

    assert purge_job(ledger, scans, job_id) == 1
