"""The sweep: finds what was dropped, whoever dropped it, and hands it out again."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, select, update

from formdigits.errors import WorkerLost
from formdigits.ledger.chunks import EXPIRED, UNDER_WAY, Chunks, hand_out, waiting_pages
from formdigits.ledger.commits import end_pages
from formdigits.ledger.engine import Now, door
from formdigits.ledger.schema import chunks, jobs
from formdigits.messages import ReadPages
from formdigits.readings import PageFailure

AT_ONCE = 256
"""Chunks that one sweep hands out again at most; the next one goes on."""

LOST = PageFailure(
    code=WorkerLost.code,
    message="every process that read this page died on it; look at the scan and at the worker's log",
)


class Sweep(Chunks):
    """Chunks, and the part of the ledger that any worker may call at any time, several at once."""

    @door
    def sweep(
        self, *, max_attempts: int, resend_after_s: float, queue_is_empty: bool, window: int = 16
    ) -> list[ReadPages]:
        """Find what is overdue and return the messages to send.

        Args:
            max_attempts: a chunk whose lease expired so often is split, and a page alone fails as `worker_lost`.
            resend_after_s: a message not claimed for so long counts as lost...
            queue_is_empty: ...when nothing can be before it, or when one that was sent so much later was claimed.
            window: how many chunks of a job may be under way; jobs with room get more.
        """
        while self._bisect_one(max_attempts):
            pass
        messages = self._hand_out_again(EXPIRED)
        messages += self._hand_out_again(_is_lost(resend_after_s, queue_is_empty=queue_is_empty))
        for job_id in self._jobs_with_room(window):
            messages += self.next_messages(job_id, window=window)
        return messages

    def _bisect_one(self, max_attempts: int) -> bool:
        """Split one chunk whose attempts are used up, or give its only page up; False when there is none."""
        with self._writing.connect() as connection:
            used_up = _free_chunks(EXPIRED).where(chunks.c.attempt >= max_attempts).limit(1)
            chunk = connection.execute(used_up).first()
            if chunk is None:
                return False
            numbers = [page.number for page in waiting_pages(connection, chunk)]
            if len(numbers) == 1:
                kept = _give_up(connection, chunk, numbers[0])
            else:
                kept = _split(connection, chunk, numbers, max_attempts)
            if kept:
                connection.commit()
            return True

    def _hand_out_again(self, condition: ColumnElement[bool]) -> list[ReadPages]:
        with self._writing.begin() as connection:
            found = connection.execute(_free_chunks(condition).limit(AT_ONCE)).all()
            return hand_out(connection, [chunk.id for chunk in found]) if found else []

    def _jobs_with_room(self, window: int) -> list[str]:
        mine = chunks.c.job_id == jobs.c.id
        under_way = select(func.count()).where(mine, chunks.c.state.in_(UNDER_WAY)).scalar_subquery()
        pending = select(chunks.c.id).where(mine, chunks.c.state == "pending").exists()
        query = select(jobs.c.public_id).where(jobs.c.state == "running", pending, under_way < window)
        with self._reading.connect() as connection:
            return list(connection.execute(query.order_by(jobs.c.id)).scalars())


def _is_lost(resend_after_s: float, *, queue_is_empty: bool) -> ColumnElement[bool]:
    """Whether the message of a queued chunk will not come any more.  A queue that is never empty must not hide that."""
    overdue = and_(chunks.c.state == "queued", chunks.c.queued_at <= Now() - resend_after_s)
    if queue_is_empty:
        return overdue
    other = chunks.alias()
    newest_claimed = (
        select(func.max(other.c.queued_at))
        .join_from(other, jobs)
        .where(jobs.c.state == "running", other.c.state == "claimed")
        .scalar_subquery()
    )
    return and_(overdue, chunks.c.queued_at <= newest_claimed - resend_after_s)


def _free_chunks(condition: ColumnElement[bool]) -> Select[Any]:
    """Chunks of running jobs, locked, without those that another sweep or a commit has in its hands."""
    query = select(chunks).join_from(chunks, jobs).where(jobs.c.state == "running", condition).order_by(chunks.c.id)
    return query.with_for_update(skip_locked=True, of=chunks)


def _split(connection: Connection, chunk: Row[Any], numbers: list[int], max_attempts: int) -> bool:
    """Put two halves in the place of a chunk.

    A half of several pages has one attempt left, because it will be split further: the page that kills one of 256
    costs 13 processes and not 27.  A page alone has all its attempts.
    """
    middle = len(numbers) // 2
    halves = [
        {
            "job_id": chunk.job_id,
            "first": half[0],
            "last": half[-1],
            "state": "pending",
            "attempt": max_attempts - 1 if len(half) > 1 else 0,
        }
        for half in (numbers[:middle], numbers[middle:])
    ]
    connection.execute(insert(chunks), halves)
    connection.execute(update(chunks).where(chunks.c.id == chunk.id).values(state="split", lease_until=None))
    return True


def _give_up(connection: Connection, chunk: Row[Any], number: int) -> bool:
    connection.execute(update(chunks).where(chunks.c.id == chunk.id).values(state="done", lease_until=None))
    return end_pages(connection, chunk.job_id, {number: LOST}, None)
