"""Locks: in which order those of PostgreSQL are taken, so that nobody waits in a circle.  SQLite has one writer anyhow.

Chunks come first, in the order of their ids; then pages; then jobs, in the order of their ids; and last one row of the
counters.  Who takes whatever is free skips what another holds, and waits for nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select, text

from formdigits.ledger.rows import JobId, no_job
from formdigits.ledger.schema import IS_SEEN, chunks, jobs

ACTIVE = ("paused", "pending", "queued", "claimed")
"""States of chunks that are still to be read."""


def lock_chunks(connection: Connection, chunk_ids: Collection[int]) -> None:
    """Wait for chunks and lock them; a query after this sees them as they are."""
    if locks_rows(connection):
        these = select(chunks.c.id).where(chunks.c.id.in_(chunk_ids)).order_by(chunks.c.id)
        connection.execute(these.with_for_update())


def take_free_chunks(connection: Connection, condition: ColumnElement[bool], limit: int | None = None) -> list[int]:
    """Lock chunks that nobody holds, and return their ids.  Their job may change until they are locked: look again."""
    these = select(chunks.c.id).where(condition).limit(limit)
    return list(connection.execute(these.with_for_update(skip_locked=True, of=chunks)).scalars())


def find_job(connection: Connection, job_id: JobId, *, or_what_is_left: bool = False) -> Row[Any]:
    """Look the row of a job up and lock it, also against new chunks.

    Args:
        connection: in a transaction that writes.
        job_id: the job.
        or_what_is_left: also of a job that is being purged.
    """
    query = select(jobs).where(jobs.c.public_id == job_id)
    row = connection.execute((query if or_what_is_left else query.where(IS_SEEN)).with_for_update()).first()
    if row is None:
        raise no_job(job_id)
    return row


@contextmanager
def steering(engine: Engine, job_id: JobId, **which: bool) -> Iterator[tuple[Connection, Row[Any]]]:
    """Begin a transaction in which nobody else changes a job or its chunks; gives its row."""
    while True:
        with engine.begin() as connection:
            n_locked = _lock_active(connection, job_id)
            job = find_job(connection, job_id, **which)
            if n_locked == _n_active(connection, job):
                yield connection, job
                return
        # Chunks came in before the job was locked.  Locking them now would be the wrong order: begin again.


def wait_for_turn(connection: Connection, what: str) -> None:
    """Let only one transaction at a time do `what`."""
    if locks_rows(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def locks_rows(connection: Connection) -> bool:
    """Whether the database locks rows, and not the whole file."""
    return connection.dialect.name == "postgresql"


def _lock_active(connection: Connection, job_id: JobId) -> int:
    if not locks_rows(connection):
        return 0
    job = select(jobs.c.id).where(jobs.c.public_id == job_id).scalar_subquery()
    these = select(chunks.c.id).where(chunks.c.job_id == job, chunks.c.state.in_(ACTIVE)).order_by(chunks.c.id)
    locked = select(func.count()).select_from(these.with_for_update().subquery())
    return connection.execute(locked).scalar_one()


def _n_active(connection: Connection, job: Row[Any]) -> int:
    if not locks_rows(connection):
        return 0
    active = select(func.count()).where(chunks.c.job_id == job.id, chunks.c.state.in_(ACTIVE))
    return connection.execute(active).scalar_one()
