"""The line in which chunks wait: every job has its share, so that a small one never waits behind a large one.

A chunk's `turn` says where it stands; the lowest goes next.  This is start-time fair queueing (Goyal, Vin and Cheng,
1996): the chunks of a job stand a stride apart, and a new job begins where the line is now.
"""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from formdigits.ledger.rows import Priority
from formdigits.ledger.schema import IS_PENDING, chunks

STRIDES: dict[Priority, float] = {"high": 1 / 8, "normal": 1.0, "low": 8.0}
"""Distance of two chunks of one job: a job of high priority gets eight times the share of a normal one."""
NEWCOMERS = 64
"""So many full chunks of new jobs, and eight times as many of high ones, may stand between two chunks of a job that was
there before them: a stream of small jobs that never ends delays a large job, and does not stop it."""


_FRONT = select(func.min(chunks.c.turn)).where(IS_PENDING)
_FRONT_OR_0 = func.coalesce(_FRONT.scalar_subquery(), 0.0)
_LAST_NEWCOMER = select(func.max(chunks.c.turn)).where(IS_PENDING, chunks.c.turn < _FRONT_OR_0 + bindparam("round"))
_BEGIN_OF_LINE = select(_FRONT_OR_0, _LAST_NEWCOMER.scalar_subquery())


def front(connection: Connection) -> float:
    """Turn of the chunk that goes next; 0 when none waits."""
    first: float | None = connection.execute(_FRONT).scalar()
    return 0.0 if first is None else first


def first_turn(connection: Connection, priority: Priority, cost: float) -> float:
    """Where a new job begins: behind the newcomers before it, and before the second chunk of everybody.

    Args:
        connection: in a transaction that writes.
        priority: of the job; a high one goes before the second chunk of other high ones, and a low one lets some chunks
            of the others go first.
        cost: of the job's first chunk; 1 is a full one.
    """
    round_ = min(1.0, STRIDES[priority])
    begin, last = connection.execute(_BEGIN_OF_LINE, {"round": round_}).one()
    behind: float = begin if last is None else last + round_ * cost / NEWCOMERS
    return behind + STRIDES[priority] - round_


def stand_in_line(connection: Connection, job: Row[Any], priority: Priority, *, state: str) -> None:
    """Give the chunks of a job that are in `state` a place in the line, each behind what those before it cost."""
    n_pages = chunks.c.last - chunks.c.first + 1
    n_before = func.sum(n_pages).over(order_by=chunks.c.first) - n_pages
    these = select(chunks.c.id, n_before.label("n_before")).where(chunks.c.job_id == job.id, chunks.c.state == state)
    places = these.subquery()
    turn = first_turn(connection, priority, cost=1) + STRIDES[priority] / job.chunk_size * places.c.n_before
    connection.execute(update(chunks).where(chunks.c.id == places.c.id).values(state="pending", turn=turn))
