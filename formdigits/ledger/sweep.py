"""The sweep: finds what was dropped, whoever dropped it, and hands it out again."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from formdigits.errors import WorkerLost
from formdigits.ledger.chunks import EXPIRED, JOB_IS_RUNNING, Chunks, back_in_line, waiting_numbers
from formdigits.ledger.commits import count, end_pages
from formdigits.ledger.engine import Now, door
from formdigits.ledger.line import front
from formdigits.ledger.locks import take_free_chunks
from formdigits.ledger.schema import IS_UNDER_WAY, chunks
from formdigits.messages import ReadPages
from formdigits.readings import PageFailure

LOST = PageFailure(
    code=WorkerLost.code,
    message="every process that read this page died on it; look at the scan and at the worker's log",
)


class Sweep(Chunks):
    """Chunks, and the part of the ledger that any worker may call at any time, several at once."""

    @door
    def sweep(self, *, max_attempts: int, resend_after_s: float, queue_is_empty: bool, window: int) -> list[ReadPages]:
        """Find what is overdue and return the messages to send.

        Args:
            max_attempts: a chunk whose lease expired so often is split, and a page alone fails as `worker_lost`.
            resend_after_s: a message not claimed for so long counts as lost...
            queue_is_empty: ...when nothing can be before it, or when one that was sent so much later was claimed.
            window: as for `hand_out`.
        """
        while self._bisect_one(max_attempts):
            pass
        self._put_back(_is_lost(resend_after_s, queue_is_empty=queue_is_empty))
        return self.hand_out(window=window)

    def _bisect_one(self, max_attempts: int) -> bool:
        """Split one chunk whose attempts are used up, or give its only page up; False when there is none."""
        used_up = and_(IS_UNDER_WAY, EXPIRED, JOB_IS_RUNNING, chunks.c.n_lost + 1 >= max_attempts)
        with self._writing.begin() as connection:
            ids = take_free_chunks(connection, used_up, limit=1)
            chunk = connection.execute(select(chunks).where(chunks.c.id.in_(ids), JOB_IS_RUNNING)).first()
            if chunk is None:
                return False
            numbers = sorted(waiting_numbers(connection, [chunk.id])[chunk.id])
            if len(numbers) == 1:
                _give_up(connection, chunk, numbers[0])
            else:
                _split(connection, chunk, numbers, max_attempts)
            return True

    def _put_back(self, is_lost: ColumnElement[bool]) -> None:
        """Put chunks whose lease is over, or whose message is lost, at the front of the line."""
        with self._writing.begin() as connection:
            n_expired = back_in_line(connection, and_(IS_UNDER_WAY, EXPIRED), n_lost=chunks.c.n_lost + 1)
            n_resent = back_in_line(connection, and_(IS_UNDER_WAY, is_lost))
            if n_expired or n_resent:
                count(connection, lease_expiries=n_expired, messages_resent=n_resent)


def _is_lost(resend_after_s: float, *, queue_is_empty: bool) -> ColumnElement[bool]:
    """Whether the message of a queued chunk will not come any more.  A queue that is never empty must not hide that."""
    overdue = and_(chunks.c.state == "queued", chunks.c.queued_at <= Now() - resend_after_s)
    if queue_is_empty:
        return overdue
    claimed = select(func.max(chunks.c.queued_at)).where(IS_UNDER_WAY, chunks.c.state == "claimed", JOB_IS_RUNNING)
    newest_claimed = claimed.correlate(None).scalar_subquery()
    return and_(overdue, chunks.c.queued_at <= newest_claimed - resend_after_s)


def _split(connection: Connection, chunk: Row[Any], numbers: list[int], max_attempts: int) -> None:
    """Put two halves in the place of a chunk.

    A half of several pages has one attempt left, because it will be split further: the page that kills one of 256
    costs 12 processes and not 27.  A page alone has two attempts more, and like all that were lost it travels alone.
    """
    middle = len(numbers) // 2
    halves = [
        {
            "job_id": chunk.job_id,
            "first": half[0],
            "last": half[-1],
            "state": "pending",
            "attempt": 0,
            "n_lost": max(1, max_attempts - (1 if len(half) > 1 else 2)),
            "turn": front(connection) - 1,
        }
        for half in (numbers[:middle], numbers[middle:])
    ]
    connection.execute(insert(chunks), halves)
    connection.execute(update(chunks).where(chunks.c.id == chunk.id).values(state="split", lease_until=None))
    count(connection, lease_expiries=1, chunks_split=1)


def _give_up(connection: Connection, chunk: Row[Any], number: int) -> None:
    connection.execute(update(chunks).where(chunks.c.id == chunk.id).values(state="done", lease_until=None))
    happened = end_pages(connection, {chunk.job_id: {number: LOST}}, None)
    count(connection, **happened, lease_expiries=1, pages_lost=1)
