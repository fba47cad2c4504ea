"""Chunks: ranges of pages that are handed out, claimed for a while, and given back."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, Row, and_, bindparam, case, func, or_, select, tuple_, update

from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.line import front
from formdigits.ledger.locks import lock_chunks, take_free_chunks, wait_for_turn
from formdigits.ledger.rows import Claim
from formdigits.ledger.schema import IS_PENDING, IS_UNDER_WAY, chunks, jobs, pages, workers
from formdigits.messages import Chunk, PageRef, ReadPages

LIVES_IF_SEEN_WITHIN_S = 30
SMALLEST_CROWD = 2
"""A window is for so many processes at least: the first messages of a job are sent before the workers are up."""
AT_ONCE = 512
"""Chunks that one hand-out looks at."""
EXPIRED: ColumnElement[bool] = and_(chunks.c.state == "claimed", chunks.c.lease_until < Now())
JOB_STATE = select(jobs.c.state).where(jobs.c.id == chunks.c.job_id).correlate(chunks).scalar_subquery()
JOB_NAME = select(jobs.c.public_id).where(jobs.c.id == chunks.c.job_id).correlate(chunks).scalar_subquery()
"""Looked at for whatever comes from outside: SQLite gives the ids of chunks that were purged to new ones."""
JOB_IS_RUNNING: ColumnElement[bool] = JOB_STATE == "running"
_CROWD_AND_UNDER_WAY = select(
    select(func.count())
    .select_from(workers)
    .where(workers.c.seen_at >= Now() - LIVES_IF_SEEN_WITHIN_S)
    .scalar_subquery(),
    select(func.count(chunks.c.message.distinct())).where(IS_UNDER_WAY).scalar_subquery(),
)
ARE_HELD: ColumnElement[bool] = and_(
    chunks.c.state == "claimed",
    tuple_(chunks.c.id, chunks.c.attempt, JOB_NAME).in_(bindparam("claims", expanding=True)),
)
"""Whether no other attempt took the chunk; a lease that ran out unnoticed does no harm.  `held` says whose claims."""
# Made once, as all that a message needs: to write them down in Python takes longer than to run them.
_CLAIM = (
    update(chunks)
    .where(
        tuple_(chunks.c.id, JOB_NAME).in_(bindparam("named", expanding=True)),
        or_(chunks.c.state == "queued", EXPIRED),
        JOB_IS_RUNNING,
    )
    .values(
        state="claimed",
        attempt=chunks.c.attempt + 1,
        worker=bindparam("by_worker"),
        lease_until=Now() + bindparam("for_s", type_=Double()),
    )
    .returning(chunks)
)
_IS_ONE_OF = chunks.c.id.in_(bindparam("chunk_ids", expanding=True))
_QUEUE = (
    update(chunks)
    .where(_IS_ONE_OF)
    .values(state="queued", message=bindparam("in_message"), queued_at=Now(), lease_until=None, worker=None)
)
_WAITING = (
    select(chunks.c.id, pages.c.number, pages.c.path, pages.c.corners)
    .join_from(
        chunks, pages, and_(pages.c.job_id == chunks.c.job_id, pages.c.number.between(chunks.c.first, chunks.c.last))
    )
    .where(_IS_ONE_OF, pages.c.state == "waiting")
    .order_by(chunks.c.id, pages.c.number)
)
_NEXT_IN_LINE = (
    select(chunks.c.id, chunks.c.first, chunks.c.last, chunks.c.n_lost)
    .add_columns(jobs.c.public_id, jobs.c.form, jobs.c.max_error, jobs.c.chunk_size)
    .join_from(chunks, jobs)
    .where(IS_PENDING, JOB_IS_RUNNING)  # looked up for each chunk, so that the line is read in its order
    .order_by(chunks.c.turn, chunks.c.id)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=chunks)
)

Bundle = list[Row[Any]]


class Chunks(Database):
    """The part of the ledger that says who reads what."""

    @door
    def hand_out(self, *, window: int) -> list[ReadPages]:
        """Take the next chunks out of the line, whosever they are, and return the messages to send.

        Small chunks travel together, as far as they make up a full one.  A chunk that was lost before travels alone, so
        that it takes no others with it.

        Args:
            window: how many messages may be under way for each process that reads.
        """
        with self._reading.connect() as connection:  # mostly there is no room, and then nobody's writing is held up
            if _room(connection, window) <= 0:
                return []
        with self._writing.begin() as connection:
            wait_for_turn(connection, "hand out")  # or several at once would each fill the room
            if (room := _room(connection, window)) <= 0:
                return []
            return [_send(connection, bundle) for bundle in _bundles(_next_in_line(connection), room)]

    @door
    def claim(self, message: ReadPages, *, worker: str, lease_s: float) -> list[Claim]:
        """Take chunks of a message for `lease_s` seconds: those that are not done, cancelled or another worker's."""
        job_ids = {chunk.chunk_id: chunk.job_id for chunk in message.chunks}
        of_claim = {"named": list(job_ids.items()), "by_worker": worker, "for_s": lease_s}
        with self._writing.begin() as connection:
            lock_chunks(connection, job_ids)
            rows = connection.execute(_CLAIM, of_claim).all()
        return sorted(Claim(job_ids[row.id], row.id, row.attempt, row.first, row.last) for row in rows)

    @door
    def release(self, claims: Collection[Claim]) -> None:
        """End leases at once, because reading failed.  The chunks count as lost; the next sweep goes on with them."""
        self._end_leases(claims, lease_until=0.0)

    @door
    def give_back(self, claims: Collection[Claim], *, for_s: float) -> None:
        """Put chunks aside for a while, because something that is not their fault is in the way."""
        self._end_leases(claims, lease_until=Now() + for_s, n_lost=chunks.c.n_lost - 1)  # the sweep counts one up

    @door
    def release_dead(self, prefix: str, is_alive: Callable[[str], bool]) -> int:
        """End the leases of processes that are known to be dead, and return how many leases that were.

        Args:
            prefix: the names of the processes that the caller can judge begin with it.
            is_alive: whether the process of this name still runs.
        """
        is_claimed = and_(IS_UNDER_WAY, chunks.c.state == "claimed", chunks.c.lease_until > 0)
        claimed = and_(is_claimed, chunks.c.worker.startswith(prefix, autoescape=True))
        with self._reading.connect() as connection:
            names = connection.execute(select(chunks.c.worker).where(claimed).distinct()).scalars().all()
        dead = [name for name in names if not is_alive(name)]
        if not dead:
            return 0
        with self._writing.begin() as connection:
            ids = take_free_chunks(connection, and_(claimed, chunks.c.worker.in_(dead)))
            connection.execute(update(chunks).where(chunks.c.id.in_(ids)).values(lease_until=0.0))
            return len(ids)

    @door
    def rebuild(self) -> int:
        """Forget every message that was sent, because the broker was wiped; return how many chunks wait again.

        What is being read goes on.  A message that is still there after all finds its chunk taken.
        """
        with self._writing.begin() as connection:
            return back_in_line(connection, and_(IS_UNDER_WAY, chunks.c.state == "queued"))

    def _end_leases(self, claims: Collection[Claim], **values: object) -> None:
        with self._writing.begin() as connection:
            lock_chunks(connection, [claim.chunk_id for claim in claims])
            connection.execute(update(chunks).where(ARE_HELD).values(values), held(claims))


def held(claims: Collection[Claim]) -> dict[str, Any]:
    """The claims that `ARE_HELD` is about."""
    return {"claims": [(claim.chunk_id, claim.attempt, claim.job_id) for claim in claims]}


def back_in_line(connection: Connection, condition: ColumnElement[bool], **more: object) -> int:
    """Put chunks at the front of the line, those of a paused job beside it, and return how many."""
    ids = take_free_chunks(connection, condition)
    if not ids:
        return 0
    state = case((JOB_IS_RUNNING, "pending"), else_="paused")
    again = {"state": state, "turn": front(connection) - 1, "lease_until": None, "message": None, **more}
    connection.execute(update(chunks).where(chunks.c.id.in_(ids)).values(again))
    return len(ids)


def waiting_numbers(connection: Connection, chunk_ids: Collection[int]) -> dict[int, set[int]]:
    """Numbers of the pages, by chunk, that nobody ended yet; those that failed at submission are not among them."""
    found: dict[int, set[int]] = defaultdict(set)
    for chunk_id, number, *_ in connection.execute(_WAITING, {"chunk_ids": list(chunk_ids)}):
        found[chunk_id].add(number)
    return found


def _room(connection: Connection, window: int) -> int:
    """How many messages may be sent now."""
    n_processes, n_under_way = (int(n) for n in connection.execute(_CROWD_AND_UNDER_WAY).one())
    return window * max(SMALLEST_CROWD, n_processes) - n_under_way


def _next_in_line(connection: Connection) -> Iterable[Row[Any]]:
    return list(connection.execute(_NEXT_IN_LINE))


def _bundles(line: Iterable[Row[Any]], room: int) -> Iterator[Bundle]:
    """Cut the line into at most `room` bundles that cost no more than one full chunk each."""
    bundle: Bundle = []
    cost = 0.0
    for chunk in line:
        its_cost = (chunk.last - chunk.first + 1) / chunk.chunk_size if chunk.n_lost <= 0 else 1.0
        if bundle and cost + its_cost > 1:
            yield bundle
            bundle, cost, room = [], 0.0, room - 1
            if room == 0:
                return
        bundle.append(chunk)
        cost += its_cost
    if bundle:
        yield bundle


def _send(connection: Connection, bundle: Bundle) -> ReadPages:
    ids = [chunk.id for chunk in bundle]
    connection.execute(_QUEUE, {"chunk_ids": ids, "in_message": min(ids)})
    found: dict[int, list[PageRef]] = defaultdict(list)
    for chunk_id, number, path, corners in connection.execute(_WAITING, {"chunk_ids": ids}):
        found[chunk_id].append(PageRef(number=number, path=path, corners_px=corners and json.loads(corners)))
    return ReadPages(
        chunks=tuple(
            Chunk(
                job_id=chunk.public_id,
                chunk_id=chunk.id,
                form=chunk.form,
                max_error=chunk.max_error,
                pages=tuple(found[chunk.id]),
            )
            for chunk in bundle
        )
    )
