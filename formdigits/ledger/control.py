"""What a person does to a job after it was submitted: start, pause, resume, cancel, hurry, retry, mend."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from formdigits.errors import BadRequest
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.line import stand_in_line
from formdigits.ledger.locks import ACTIVE, steering
from formdigits.ledger.rows import JobId, Priority
from formdigits.ledger.schema import chunks, jobs, pages
from formdigits.ledger.submission import insert_chunks
from formdigits.messages import Corners


class Control(Database):
    """The part of the ledger that people steer jobs with.  Every call is harmless when it comes twice."""

    @door
    def start_job(self, job_id: JobId) -> None:
        """Have an open job read: it is complete."""
        with steering(self._durable, job_id) as (connection, job):
            if job.state != "open":
                return
            if job.n_pages == 0:
                raise BadRequest("a job needs at least one page")
            if job.n_failed == job.n_pages:
                _set_job(connection, job, state="done", ended_at=Now())
            else:
                _set_job(connection, job, state="running")
                stand_in_line(connection, job, job.priority, state="paused")

    @door
    def pause(self, job_id: JobId) -> None:
        """Have no more chunks of a running job handed out.  What is being read right now is still committed."""
        with steering(self._durable, job_id) as (connection, job):
            if job.state not in ("running", "paused"):
                raise BadRequest(f"job {job_id} is {job.state}; only a running job can be paused")
            _set_chunks(connection, job, ("pending", "queued"), "paused")
            _set_job(connection, job, state="paused")

    @door
    def resume(self, job_id: JobId) -> None:
        """Go on with a paused job."""
        with steering(self._durable, job_id) as (connection, job):
            if job.state not in ("running", "paused"):
                raise BadRequest(f"job {job_id} is {job.state}; only a paused job can be resumed")
            if job.state == "paused":
                _set_job(connection, job, state="running")
                stand_in_line(connection, job, job.priority, state="paused")

    @door
    def cancel(self, job_id: JobId) -> None:
        """Stop a job: its waiting pages are cancelled, and no commit comes through.  An ended one stays so."""
        with steering(self._durable, job_id) as (connection, job):
            if job.state in ("open", "running", "paused"):
                _set_chunks(connection, job, ACTIVE, "cancelled")
                _set_job(connection, job, state="cancelled", ended_at=Now())

    @door
    def set_priority(self, job_id: JobId, priority: Priority) -> None:
        """Give a job another share from now on."""
        with steering(self._durable, job_id) as (connection, job):
            _set_job(connection, job, priority=priority)
            stand_in_line(connection, job, priority, state="pending")

    @door
    def retry_failed(self, job_id: JobId) -> int:
        """Have the failed pages of a job that is done read once more, and return how many they are."""
        with steering(self._durable, job_id) as (connection, job):
            if job.state != "done":
                raise BadRequest(f"job {job_id} is {job.state}; failed pages are read again when it is done")
            mine = (pages.c.job_id == job.id) & (pages.c.state == "failed")
            failed = connection.execute(select(pages.c.number).where(mine).order_by(pages.c.number)).scalars().all()
            if not failed:
                return 0
            connection.execute(update(pages).where(mine).values(state="waiting", result=None, model_version=None))
            _set_job(connection, job, state="running", ended_at=None, n_failed=jobs.c.n_failed - len(failed))
            # Chunks of their own: a commit that comes late for an old one must not count for these.
            insert_chunks(connection, job.id, _ranges(failed, job.chunk_size), state="paused")
            stand_in_line(connection, job, job.priority, state="paused")
            return len(failed)

    @door
    def read_again(self, job_id: JobId, number: int, corners_px: Corners) -> None:
        """Have one failed page read once more, its paper lying where a person sees it.

        Args:
            job_id: a job that runs, is paused or is done.
            number: of the page.
            corners_px: of the paper on the scan; they stay with the page, also for a later `retry_failed`.
        """
        with steering(self._durable, job_id) as (connection, job):
            mine = (pages.c.job_id == job.id) & (pages.c.number == number)
            page = connection.execute(select(pages.c.state, pages.c.corners).where(mine)).first()
            corners = json.dumps(corners_px)
            if page is not None and (page.state, page.corners) == ("waiting", corners):
                return
            if page is None or page.state != "failed" or job.state not in ("running", "paused", "done"):
                raise BadRequest(f"job {job_id} is {job.state} and has no failed page {number} to read again")
            if _is_in_a_chunk(connection, job, number):
                raise BadRequest(f"pages beside page {number} are being read right now; place its corners again then")
            again = {"state": "waiting", "result": None, "model_version": None, "corners": corners}
            connection.execute(update(pages).where(mine).values(again))
            state = "running" if job.state == "done" else job.state
            _set_job(connection, job, state=state, ended_at=None, n_failed=jobs.c.n_failed - 1)
            insert_chunks(connection, job.id, [(number, number)], state="paused")
            if state == "running":
                stand_in_line(connection, job, job.priority, state="paused")


def _ranges(numbers: Sequence[int], longest: int) -> list[tuple[int, int]]:
    """Cut numbers into ranges that are no longer than a chunk: what lies between them is looked through again."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number < ranges[-1][0] + longest:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _is_in_a_chunk(connection: Connection, job: Row[Any], number: int) -> bool:
    """Whether a chunk that is still to be read goes over the page, which was refused when it was submitted."""
    over = (chunks.c.first <= number) & (chunks.c.last >= number)
    these = select(chunks.c.id).where(chunks.c.job_id == job.id, chunks.c.state.in_(ACTIVE), over).limit(1)
    return connection.execute(these).first() is not None


def _set_chunks(connection: Connection, job: Row[Any], states: Sequence[str], state: str) -> None:
    these = (chunks.c.job_id == job.id) & chunks.c.state.in_(states)
    connection.execute(update(chunks).where(these).values(state=state, lease_until=None))


def _set_job(connection: Connection, job: Row[Any], **values: object) -> None:
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
