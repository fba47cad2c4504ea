"""Jobs: what a person submitted, and how far it is."""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import JobId, JobProgress, NewPage
from formdigits.ledger.schema import chunks, jobs, pages

SLICE = 10_000
"""Pages in one insert."""


class Jobs(Database):
    """The part of the ledger that takes jobs in and says how far they are."""

    @door
    def add_job(
        self,
        *,
        form: str,
        pages: Sequence[NewPage],
        max_error: float,
        chunk_size: int,
        idempotency_key: str | None = None,
    ) -> JobId:
        """Write down a job.  When this returns, every page of it will end.

        Args:
            form: `name@version` of the form template.
            pages: in the order that numbers them from 1.
            max_error: the error budget, above 0 and at most 1.
            chunk_size: how many pages one message asks for.
            idempotency_key: a second job with the same key is not written: its id is that of the first.
        """
        if not pages or not 0 < max_error <= 1 or chunk_size < 1:
            raise BadRequest(
                "a job needs at least one page, a max_error above 0 and at most 1, and a chunk_size above 0"
            )
        if known := self._job_with_key(idempotency_key):
            return known
        try:
            with self._writing.begin() as connection:
                job, job_id = _insert_job(connection, form, pages, max_error, idempotency_key)
                _insert_pages(connection, job, pages)
                _insert_chunks(connection, job, pages, chunk_size)
        except IntegrityError:
            if known := self._job_with_key(idempotency_key):  # somebody was faster with the same key
                return known
            raise
        except (UnicodeEncodeError, DataError) as error:
            raise BadRequest(f"a name or path has a character that cannot be stored: {error}") from error
        return job_id

    @door
    def progress(self, job_id: JobId) -> JobProgress:
        """How far one job is: one row, whatever its size."""
        with self._reading.connect() as connection:
            row = connection.execute(select(*_PROGRESS).where(jobs.c.public_id == job_id)).first()
        if row is None:
            raise NotFound(f"there is no job {job_id}")
        return JobProgress._make(row)

    @door
    def jobs(self, limit: int = 50) -> list[JobProgress]:
        """The newest jobs, newest first."""
        with self._reading.connect() as connection:
            rows = connection.execute(select(*_PROGRESS).order_by(jobs.c.id.desc()).limit(limit))
            return [JobProgress._make(row) for row in rows]

    @door
    def cancel(self, job_id: JobId) -> None:
        """Stop a running job: its waiting pages are cancelled, and no commit comes through.  An ended one stays so."""
        running = (jobs.c.public_id == job_id) & (jobs.c.state == "running")
        with self._writing.begin() as connection:
            find_job(connection, job_id)
            connection.execute(update(jobs).where(running).values(state="cancelled", ended_at=Now()))

    def _job_with_key(self, key: str | None) -> JobId | None:
        if key is None:
            return None
        with self._reading.connect() as connection:
            return connection.execute(select(jobs.c.public_id).where(jobs.c.idempotency_key == key)).scalar()


def find_job(connection: Connection, job_id: JobId) -> Row[Any]:
    """Look the row of a job up, and lock it where the transaction writes."""
    row = connection.execute(select(jobs).where(jobs.c.public_id == job_id).with_for_update(key_share=True)).first()
    if row is None:
        raise NotFound(f"there is no job {job_id}")
    return row


def _insert_job(
    connection: Connection, form: str, new: Sequence[NewPage], max_error: float, key: str | None
) -> tuple[int, JobId]:
    n_failed = sum(page.failure is not None for page in new)
    ended = n_failed == len(new)
    job_id = secrets.token_hex(6)
    row = {
        "public_id": job_id,
        "idempotency_key": key,
        "form": form,
        "max_error": max_error,
        "state": "done" if ended else "running",
        "n_pages": len(new),
        "n_failed": n_failed,
        "submitted_at": Now(),
        "ended_at": Now() if ended else None,
    }
    zero = dict.fromkeys(("n_read", "n_digits", "n_review", "n_accepted"), 0)
    job: int = connection.execute(insert(jobs).values(**row, **zero).returning(jobs.c.id)).scalar_one()
    return job, job_id


def _insert_pages(connection: Connection, job: int, new: Sequence[NewPage]) -> None:
    for start in range(0, len(new), SLICE):
        part = enumerate(new[start : start + SLICE], start + 1)
        connection.execute(insert(pages), [_page_values(job, number, page) for number, page in part])


def _page_values(job: int, number: int, page: NewPage) -> dict[str, Any]:
    return {
        "job_id": job,
        "number": number,
        "state": "failed" if page.failure else "waiting",
        "n_review": 0,
        "name": page.name,
        "path": page.path,
        "result": page.failure.model_dump_json() if page.failure else None,
    }


def _insert_chunks(connection: Connection, job: int, new: Sequence[NewPage], chunk_size: int) -> None:
    rows = [
        {"job_id": job, "first": first, "last": last, "state": "pending", "attempt": 0}
        for first, last in _chunk_ranges(new, chunk_size)
    ]
    if rows:
        connection.execute(insert(chunks), rows)


def _chunk_ranges(new: Sequence[NewPage], chunk_size: int) -> Iterator[tuple[int, int]]:
    """Cut the pages into ranges of numbers, leaving out ranges in which every page failed at once."""
    for start in range(0, len(new), chunk_size):
        part = new[start : start + chunk_size]
        if any(page.failure is None for page in part):
            yield start + 1, start + len(part)


_ELAPSED_S: ColumnElement[float] = func.coalesce(jobs.c.ended_at, Now()) - jobs.c.submitted_at
_PROGRESS = [
    _ELAPSED_S if name == "elapsed_s" else jobs.c["public_id" if name == "id" else name] for name in JobProgress._fields
]
