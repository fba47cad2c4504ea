"""Chunks: ranges of pages that are handed out, claimed for a while, and given back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from formdigits.errors import NotFound
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.jobs import find_job
from formdigits.ledger.rows import Claim, JobId
from formdigits.ledger.schema import chunks, jobs, pages
from formdigits.messages import PageRef, ReadPages

UNDER_WAY = ("queued", "claimed")
EXPIRED: ColumnElement[bool] = and_(chunks.c.state == "claimed", chunks.c.lease_until < Now())
JOB_IS_RUNNING: ColumnElement[bool] = (
    select(jobs.c.state).where(jobs.c.id == chunks.c.job_id).scalar_subquery() == "running"
)


class Chunks(Database):
    """The part of the ledger that says who reads what."""

    @door
    def next_messages(self, job_id: JobId, *, window: int) -> list[ReadPages]:
        """Hand out the next chunks of a job, as far as it has fewer than `window` under way."""
        with self._writing.begin() as connection:
            job = find_job(connection, job_id)
            if job.state != "running":
                return []
            mine = chunks.c.job_id == job.id
            under_way = select(func.count()).where(mine, chunks.c.state.in_(UNDER_WAY))
            room = window - connection.execute(under_way).scalar_one()
            if room <= 0:
                return []
            pending = select(chunks.c.id).where(mine, chunks.c.state == "pending").order_by(chunks.c.first).limit(room)
            return hand_out(connection, connection.execute(pending).scalars().all())

    @door
    def claim(self, chunk_id: int, *, worker: str, lease_s: float) -> Claim | None:
        """Take a chunk for `lease_s` seconds; None when it is done, cancelled or another worker's."""
        free = or_(chunks.c.state == "queued", EXPIRED)
        taken = {"state": "claimed", "attempt": chunks.c.attempt + 1, "worker": worker, "lease_until": Now() + lease_s}
        take = update(chunks).where(chunks.c.id == chunk_id, free, JOB_IS_RUNNING).values(taken)
        with self._writing.begin() as connection:
            row = connection.execute(take.returning(chunks)).first()
            if row is None:
                _require(connection, chunk_id)
                return None
            job_id = connection.execute(select(jobs.c.public_id).where(jobs.c.id == row.job_id)).scalar_one()
            return Claim(job_id, chunk_id, row.attempt, row.first, row.last)

    @door
    def release(self, claim: Claim) -> None:
        """End a lease at once, because the process that held it died.  The attempt counts; the next sweep goes on."""
        with self._writing.begin() as connection:
            connection.execute(update(chunks).where(is_held_by(claim)).values(lease_until=0.0))


def is_held_by(claim: Claim) -> ColumnElement[bool]:
    """Whether no other attempt took the chunk; a lease that ran out unnoticed does no harm."""
    return and_(chunks.c.id == claim.chunk_id, chunks.c.attempt == claim.attempt, chunks.c.state == "claimed")


def hand_out(connection: Connection, chunk_ids: Sequence[int]) -> list[ReadPages]:
    """Mark chunks as queued and write their messages.  The caller sends them once the transaction is over."""
    these = chunks.c.id.in_(chunk_ids)
    queued = {"state": "queued", "queued_at": Now(), "lease_until": None, "worker": None}
    connection.execute(update(chunks).where(these).values(queued))
    with_job = select(chunks, jobs.c.public_id, jobs.c.form, jobs.c.max_error).join_from(chunks, jobs).where(these)
    return [_message(connection, chunk) for chunk in connection.execute(with_job.order_by(chunks.c.id)).all()]


def waiting_pages(connection: Connection, chunk: Row[Any]) -> list[PageRef]:
    """Pages of a chunk that nobody ended yet; those that failed when they were submitted are not among them."""
    in_chunk = and_(pages.c.job_id == chunk.job_id, pages.c.number.between(chunk.first, chunk.last))
    query = select(pages.c.number, pages.c.path).where(in_chunk, pages.c.state == "waiting").order_by(pages.c.number)
    return [PageRef(number=number, path=path) for number, path in connection.execute(query)]


def _message(connection: Connection, chunk: Row[Any]) -> ReadPages:
    return ReadPages(
        job_id=chunk.public_id,
        chunk_id=chunk.id,
        form=chunk.form,
        max_error=chunk.max_error,
        pages=tuple(waiting_pages(connection, chunk)),
    )


def _require(connection: Connection, chunk_id: int) -> None:
    if connection.execute(select(chunks.c.id).where(chunks.c.id == chunk_id)).first() is None:
        raise NotFound(f"there is no chunk {chunk_id}")
