"""Jobs: what a person submitted, and how far it is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update
from sqlalchemy.exc import IntegrityError

from formdigits.errors import NotFound
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import JobId, JobProgress, NewPage
from formdigits.ledger.schema import jobs
from formdigits.ledger.submission import NewJob, insert_job, refuse_nonsense


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
        new = NewJob(form, pages, max_error, chunk_size, idempotency_key)
        refuse_nonsense(new)
        if known := self._job_with_key(idempotency_key):
            return known
        try:
            with self._writing.begin() as connection:
                return insert_job(connection, new)
        except IntegrityError:
            if known := self._job_with_key(idempotency_key):  # somebody was faster with the same key
                return known
            raise

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


_ELAPSED_S: ColumnElement[float] = func.coalesce(jobs.c.ended_at, Now()) - jobs.c.submitted_at
_PROGRESS = [
    _ELAPSED_S if name == "elapsed_s" else jobs.c["public_id" if name == "id" else name] for name in JobProgress._fields
]
