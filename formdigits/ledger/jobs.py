"""Jobs: what a person submitted, and how far it is."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from formdigits.errors import BadRequest, FormdigitsError, QuotaExceeded
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.locks import find_job
from formdigits.ledger.rows import OPERATOR, JobId, JobProgress, NewPage, Priority, no_job
from formdigits.ledger.schema import IS_SEEN, jobs
from formdigits.ledger.submission import (
    NewJob,
    chunk_ranges,
    insert_chunks,
    insert_job,
    insert_pages,
    job_with_key,
    nonsense_in,
    refuse_over_quota,
    refuse_text,
)


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
        owner: str = OPERATOR,
        priority: Priority = "normal",
        is_open: bool = False,
        quota: int | None = None,
    ) -> JobId:
        """Write down a job.  When this returns, every page of it will end.

        Args:
            form: `name@version` of the form template.
            pages: in the order that numbers them from 1.
            max_error: the error budget, above 0 and at most 1.
            chunk_size: how many pages are claimed and committed together.
            idempotency_key: a second job of the owner with the same key is not written: its id is that of the first.
            owner: name of the token that it came with.
            priority: how large its share is beside other jobs.
            is_open: more pages come with `add_pages`, and nothing is read before `start_job`.
            quota: most pages that the owner may have waiting; None for any number.

        Raises:
            QuotaExceeded: it would have more; nothing is written.
        """
        new = NewJob(form, pages, max_error, chunk_size, idempotency_key, owner, priority, is_open, quota)
        [outcome] = self.add_jobs([new])
        if isinstance(outcome, FormdigitsError):
            raise outcome
        return outcome.id

    @door
    def add_jobs(self, new: Sequence[NewJob]) -> list[JobProgress | FormdigitsError]:
        """Write down several jobs in one transaction.

        Returns:
            For each where it stands, or why it was refused as `add_job` says; one that is refused takes no other with
            it.
        """
        refused = [nonsense_in(one) for one in new]
        with self._durable.begin() as connection:
            added = [why or _insert_or_refuse(connection, one) for one, why in zip(new, refused, strict=True)]
            found = {job.id: job for job in _progress_of(connection, [one for one in added if isinstance(one, str)])}
        return [found.get(one) or no_job(one) if isinstance(one, str) else one for one in added]

    @door
    def add_pages(self, job_id: JobId, *, first: int, pages: Sequence[NewPage], quota: int | None = None) -> int:
        """Write down the next part of an open job.  A part that is there already is left as it is.

        Args:
            job_id: the open job.
            first: number of the first of these pages.
            pages: in order; their number should be a multiple of the chunk size, except for the last part.
            quota: as for `add_job`.

        Returns:
            How many pages the job has now.
        """
        refuse_text([], pages)
        with self._durable.begin() as connection:
            job = find_job(connection, job_id)
            if job.state != "open":
                raise BadRequest(f"job {job_id} is {job.state}; pages are added to an open job only")
            if first + len(pages) - 1 <= job.n_pages:
                return int(job.n_pages)
            if first != job.n_pages + 1:
                raise BadRequest(f"job {job_id} has {job.n_pages} pages; the next part begins with {job.n_pages + 1}")
            refuse_over_quota(connection, job.owner, len(pages), quota)
            insert_pages(connection, job.id, pages, first=first)
            insert_chunks(connection, job.id, chunk_ranges(pages, job.chunk_size, first=first), state="paused")
            n_pages = int(job.n_pages) + len(pages)
            n_failed = jobs.c.n_failed + sum(page.failure is not None for page in pages)
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(n_pages=n_pages, n_failed=n_failed))
            return n_pages

    @door
    def job_with_key(self, owner: str, idempotency_key: str) -> JobId | None:
        """The job that its owner submitted with this key; None when there is none."""
        with self._reading.connect() as connection:
            return job_with_key(connection, owner, idempotency_key)

    @door
    def progress(self, job_id: JobId) -> JobProgress:
        """How far one job is: one row, whatever its size."""
        with self._reading.connect() as connection:
            row = connection.execute(_PROGRESS_OF_ONE, {"job_id": job_id}).first()
        if row is None:
            raise no_job(job_id)
        return JobProgress._make(row)

    @door
    def progress_of(self, job_ids: Sequence[JobId]) -> list[JobProgress]:
        """How far several jobs are, oldest first; those that there are not are left out."""
        with self._reading.connect() as connection:
            return _progress_of(connection, job_ids)

    @door
    def jobs(self, limit: int = 50, *, owner: str | None = None) -> list[JobProgress]:
        """The newest jobs, newest first; those of one owner, or all."""
        query = select(*_PROGRESS).where(IS_SEEN).order_by(jobs.c.id.desc()).limit(limit)
        if owner is not None:
            query = query.where(jobs.c.owner == owner)
        with self._reading.connect() as connection:
            return [JobProgress._make(row) for row in connection.execute(query)]


_ELAPSED_S: ColumnElement[float] = func.coalesce(jobs.c.ended_at, Now()) - jobs.c.submitted_at
_PROGRESS = [
    _ELAPSED_S if name == "elapsed_s" else jobs.c["public_id" if name == "id" else name] for name in JobProgress._fields
]
# Made once: to write a query down in Python takes longer than to run this one.
_PROGRESS_OF_ONE = select(*_PROGRESS).where(jobs.c.public_id == bindparam("job_id"), IS_SEEN)
_PROGRESS_OF_SOME = (
    select(*_PROGRESS).where(jobs.c.public_id.in_(bindparam("job_ids", expanding=True)), IS_SEEN).order_by(jobs.c.id)
)


def _progress_of(connection: Connection, job_ids: Sequence[JobId]) -> list[JobProgress]:
    return [JobProgress._make(row) for row in connection.execute(_PROGRESS_OF_SOME, {"job_ids": list(job_ids)})]


def _insert_or_refuse(connection: Connection, new: NewJob) -> JobId | FormdigitsError:
    try:
        return insert_job(connection, new)
    except QuotaExceeded as error:
        return error
