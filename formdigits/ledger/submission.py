"""Writing a job down: its row, its pages and its chunks."""

import secrets
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from formdigits.errors import BadRequest, QuotaExceeded
from formdigits.ledger.engine import Now
from formdigits.ledger.line import STRIDES, first_turn
from formdigits.ledger.locks import wait_for_turn
from formdigits.ledger.rows import JobId, NewPage, Priority
from formdigits.ledger.schema import IS_NOT_ENDED, chunks, jobs

COLUMNS = "(job_id, number, state, n_review, name, path, is_upload, result)"
INSERT = f"INSERT INTO pages {COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 a constant
COPY = f"COPY pages {COLUMNS} FROM STDIN"


class NewJob(NamedTuple):
    """A job that is being submitted."""

    form: str
    pages: Sequence[NewPage]
    max_error: float
    chunk_size: int
    idempotency_key: str | None
    owner: str
    priority: Priority
    is_open: bool
    quota: int | None


_ZERO = dict.fromkeys(("n_read", "n_digits", "n_review", "n_accepted"), 0)
# Made once: to write a query down in Python takes longer than to run these.  A known key inserts nothing.
_INSERT_JOB: dict[str, Any] = {
    name: dialect.insert(jobs)
    .values(submitted_at=Now(), **_ZERO)
    .on_conflict_do_nothing(index_elements=[jobs.c.idempotency_key])
    .returning(jobs.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_INSERT_CHUNKS = insert(chunks)
_WITH_KEY = select(jobs.c.public_id).where(jobs.c.idempotency_key == bindparam("key"))


def nonsense_in(new: NewJob) -> BadRequest | None:
    """Why this would be a job that nobody can read or store; None for one that makes sense."""
    if not (new.pages or new.is_open) or not 0 < new.max_error <= 1 or new.chunk_size < 1:
        return BadRequest("a job needs at least one page, a max_error above 0 and at most 1, and a chunk_size above 0")
    try:
        refuse_text([new.form, new.owner, new.idempotency_key or ""], new.pages)
    except BadRequest as error:
        return error
    return None


def refuse_text(words: Sequence[str], pages: Sequence[NewPage]) -> None:
    """Raise BadRequest for text that a database does not take."""
    text = "".join(chain(words, chain.from_iterable((page.name, page.path) for page in pages)))
    if "\0" in text or not _is_unicode(text):
        raise BadRequest("a name or path has a character that cannot be stored, NUL or half a surrogate pair")


def stored_key(owner: str, key: str) -> str:
    """A key belongs to its owner; two owners may use the same, whatever signs there are in their names."""
    return f"{len(owner)}:{owner}/{key}"


def job_with_key(connection: Connection, owner: str, idempotency_key: str | None) -> JobId | None:
    """The job that its owner submitted with this key; None when there is none."""
    if idempotency_key is None:
        return None
    return connection.execute(_WITH_KEY, {"key": stored_key(owner, idempotency_key)}).scalar()


def insert_job(connection: Connection, new: NewJob) -> JobId:
    """Write the job with everything that belongs to it, and return its id; that of the first one with its key."""
    if new.quota is not None and (known := job_with_key(connection, new.owner, new.idempotency_key)):
        return known  # it may itself have used the quota up
    refuse_over_quota(connection, new.owner, len(new.pages), new.quota)
    row = _job_row(new)
    while (job := connection.execute(_INSERT_JOB[connection.dialect.name], row).scalar()) is None:
        if known := job_with_key(connection, new.owner, new.idempotency_key):
            return known
    if row["state"] == "done":
        connection.execute(update(jobs).where(jobs.c.id == job).values(ended_at=Now()))
    insert_pages(connection, job, new.pages, first=1)
    if new.is_open:
        insert_chunks(connection, job, chunk_ranges(new.pages, new.chunk_size, first=1), state="paused")
    else:
        _insert_in_line(connection, job, new)
    return str(row["public_id"])


def _job_row(new: NewJob) -> dict[str, Any]:
    n_failed = sum(page.failure is not None for page in new.pages)
    ended = n_failed == len(new.pages) and not new.is_open
    return {
        "public_id": secrets.token_hex(6),
        "idempotency_key": stored_key(new.owner, new.idempotency_key) if new.idempotency_key else None,
        "owner": new.owner,
        "priority": new.priority,
        "form": new.form,
        "max_error": new.max_error,
        "chunk_size": new.chunk_size,
        "state": "open" if new.is_open else "done" if ended else "running",
        "n_pages": len(new.pages),
        "n_failed": n_failed,
    }


def refuse_over_quota(connection: Connection, owner: str, n_more: int, quota: int | None) -> None:
    """Raise QuotaExceeded when the owner would have more pages waiting than it may."""
    if quota is None:
        return
    wait_for_turn(connection, f"add pages of {owner}")  # or two at once would each see room for both
    left = func.coalesce(func.sum(jobs.c.n_pages - jobs.c.n_read - jobs.c.n_failed), 0)
    query = select(left).where(jobs.c.owner == owner, IS_NOT_ENDED)
    n_waiting = connection.execute(query).scalar_one()
    if n_waiting + n_more > quota:
        raise QuotaExceeded(
            f"{n_more:,} pages more than the {n_waiting:,} that wait would exceed the quota of {quota:,}; "
            "wait until some are read, or ask the operator for a larger quota"
        )


def insert_pages(connection: Connection, job: int, new: Sequence[NewPage], *, first: int) -> None:
    """Write pages, numbered from `first`."""
    rows: list[tuple[Any, ...]] = [
        (job, number, "failed", 0, page.name, page.path, page.is_upload, page.failure.model_dump_json())
        if page.failure
        else (job, number, "waiting", 0, page.name, page.path, page.is_upload, None)
        for number, page in enumerate(new, first)
    ]
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, rows)
    else:
        connection.exec_driver_sql(INSERT, rows)  # past SQLAlchemy: twice as fast for a million tuples


def chunk_ranges(new: Sequence[NewPage], chunk_size: int, *, first: int) -> list[tuple[int, int]]:
    """Cut pages into ranges of numbers, leaving out ranges in which every page failed at once."""
    return list(_ranges(new, chunk_size, first))


def insert_chunks(
    connection: Connection,
    job: int,
    ranges: Sequence[tuple[int, int]],
    *,
    state: str,
    turn: float = 0.0,
    stride: float = 0.0,
) -> None:
    """Write chunks, the first at `turn` and the next ones a stride apart each."""
    rows = [
        {
            "job_id": job,
            "first": first,
            "last": last,
            "state": state,
            "attempt": 0,
            "n_lost": 0,
            "turn": turn + i * stride,
        }
        for i, (first, last) in enumerate(ranges)
    ]
    if rows:
        connection.execute(_INSERT_CHUNKS, rows)


def _insert_in_line(connection: Connection, job: int, new: NewJob) -> None:
    if not (ranges := chunk_ranges(new.pages, new.chunk_size, first=1)):
        return
    cost = min(1.0, len(new.pages) / new.chunk_size)
    turn = first_turn(connection, new.priority, cost)
    insert_chunks(connection, job, ranges, state="pending", turn=turn, stride=STRIDES[new.priority])


def _ranges(new: Sequence[NewPage], chunk_size: int, first: int) -> Iterator[tuple[int, int]]:
    for start in range(0, len(new), chunk_size):
        part = new[start : start + chunk_size]
        if any(page.failure is None for page in part):
            yield first + start, first + start + len(part) - 1


def _copy(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    # PostgreSQL's own way, four times as fast as inserts.
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError(COPY, None, error) from error


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
