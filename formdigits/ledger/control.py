"""What a person does to a job after it was submitted: start, pause, resume, cancel, hurry, retry.

The state of a job's chunks is changed with the job's, chunks first, because a commit locks them in that order too.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from formdigits.errors import BadRequest
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.jobs import find_job
from formdigits.ledger.line import STRIDES, first_turn, stand_in_line
from formdigits.ledger.rows import JobId, Priority
from formdigits.ledger.schema import chunks, jobs, pages
from formdigits.ledger.submission import NOT_ENDED, insert_chunks


class Control(Database):
    """The part of the ledger that people steer jobs with.  Every call is harmless when it comes twice."""

    @door
    def start_job(self, job_id: JobId) -> None:
        """Have an open job read: it is complete."""
        with self._durable.begin() as connection:
            job = find_job(connection, job_id)
            if job.state != "open":
                return
            if job.n_pages == 0:
                raise BadRequest("a job needs at least one page")
            ended = job.n_failed == job.n_pages
            begun = {"state": "done", "ended_at": Now()} if ended else {"state": "running"}
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(begun))
            stand_in_line(connection, job, job.priority, state="paused")

    @door
    def pause(self, job_id: JobId) -> None:
        """Have no more chunks of a running job handed out.  What is being read right now is still committed."""
        with self._durable.begin() as connection:
            _set_chunks(connection, job_id, ("pending", "queued"), "paused")
            job = find_job(connection, job_id)
            _set_job(connection, job.id, ("running",), "paused")
            if job.state not in ("running", "paused"):
                raise BadRequest(f"job {job_id} is {job.state}; only a running job can be paused")

    @door
    def resume(self, job_id: JobId) -> None:
        """Go on with a paused job."""
        with self._durable.begin() as connection:
            job = find_job(connection, job_id)
            if job.state not in ("running", "paused"):
                raise BadRequest(f"job {job_id} is {job.state}; only a paused job can be resumed")
            if job.state == "paused":
                _set_job(connection, job.id, ("paused",), "running")
                stand_in_line(connection, job, job.priority, state="paused")

    @door
    def cancel(self, job_id: JobId) -> None:
        """Stop a job: its waiting pages are cancelled, and no commit comes through.  An ended one stays so."""
        with self._durable.begin() as connection:
            _set_chunks(connection, job_id, ("pending", "queued", "claimed", "paused"), "cancelled")
            _set_job(connection, find_job(connection, job_id).id, NOT_ENDED, "cancelled", ended_at=Now())

    @door
    def set_priority(self, job_id: JobId, priority: Priority) -> None:
        """Give a job another share from now on."""
        with self._durable.begin() as connection:
            job = find_job(connection, job_id)
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(priority=priority))
            stand_in_line(connection, job, priority, state="pending")

    @door
    def retry_failed(self, job_id: JobId) -> int:
        """Have the failed pages of a job that is done read once more, and return how many they are."""
        with self._durable.begin() as connection:
            job = find_job(connection, job_id)
            if job.state != "done":
                raise BadRequest(f"job {job_id} is {job.state}; failed pages are read again when it is done")
            mine = (pages.c.job_id == job.id) & (pages.c.state == "failed")
            failed = connection.execute(select(pages.c.number).where(mine).order_by(pages.c.number)).scalars().all()
            if not failed:
                return 0
            connection.execute(update(pages).where(mine).values(state="waiting", result=None, model_version=None))
            again = {"state": "running", "ended_at": None, "n_failed": jobs.c.n_failed - len(failed)}
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(again))
            # Chunks of their own: a commit that comes late for an old one must not count for these.
            parts = [failed[start : start + job.chunk_size] for start in range(0, len(failed), job.chunk_size)]
            ranges = [(part[0], part[-1]) for part in parts]
            turn, stride = first_turn(connection, job.priority, 1), STRIDES[job.priority]
            insert_chunks(connection, job.id, ranges, state="pending", turn=turn, stride=stride)
            return len(failed)


def _set_chunks(connection: Connection, job_id: JobId, states: Sequence[str], state: str) -> None:
    job = select(jobs.c.id).where(jobs.c.public_id == job_id, jobs.c.state.in_(NOT_ENDED)).scalar_subquery()
    these = (chunks.c.job_id == job) & chunks.c.state.in_(states)
    connection.execute(update(chunks).where(these).values(state=state, lease_until=None))


def _set_job(connection: Connection, job: int, states: Sequence[str], state: str, **more: object) -> None:
    connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(states)).values(state=state, **more))
