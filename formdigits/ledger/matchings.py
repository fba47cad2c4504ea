"""Matchings: what a roster says of a whole job becomes true once, when all pages have ended, and can be taken back.

It is derived from what was read, which stays: so it is made again whenever there is more to match, and its outcome is
the same however often it is made.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, or_, select, update

from formdigits.ledger.commits import count_fields
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.locks import steering
from formdigits.ledger.rows import Amended, JobId, Matching
from formdigits.ledger.schema import IS_UNMATCHED, jobs, pages
from formdigits.readings import PageReading

SLICE = 500
_ALL_ENDED: ColumnElement[bool] = and_(
    or_(jobs.c.state == "running", jobs.c.state == "paused"), jobs.c.n_read + jobs.c.n_failed == jobs.c.n_pages
)
_DUE = and_(IS_UNMATCHED, _ALL_ENDED, func.coalesce(jobs.c.matching_until, 0) < Now())
_AMEND = (
    update(pages)
    .where(pages.c.job_id == bindparam("of_job"), pages.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in ("result", "as_read", "n_review")})
)


class Matchings(Database):
    """The part of the ledger that takes in what only a whole job shows."""

    @door
    def take_matching(self, *, lease_s: float) -> Matching | None:
        """Take a job whose pages have all ended and are still to be matched; None when there is none.

        Args:
            lease_s: for so long nobody else takes it.  Two that match the same job do it twice, and no harm.
        """
        with self._reading.connect() as connection:  # mostly there is none, and then nobody's writing is held up
            if connection.execute(select(jobs.c.id).where(_DUE).limit(1)).first() is None:
                return None
        with self._writing.begin() as connection:
            one = connection.execute(select(jobs.c.id).where(_DUE).limit(1).with_for_update(skip_locked=True)).scalar()
            taken = update(jobs).where(jobs.c.id == one).values(matching_until=Now() + lease_s)
            row = connection.execute(taken.returning(jobs.c.public_id, jobs.c.max_error, jobs.c.to_match)).first()
        return None if row is None else Matching._make(row)

    @door
    def as_read(self, job_id: JobId, numbers: Sequence[int] | None = None) -> Iterator[tuple[int, PageReading]]:
        """The pages of a job that were read, as they were before any matching, a slice at a time.

        Args:
            job_id: the job.
            numbers: of these pages alone, ascending; None for all.
        """
        if numbers is not None:
            for start in range(0, len(numbers), SLICE):
                yield from self._slice(job_id, pages.c.number.in_(numbers[start : start + SLICE]))
            return
        after = 0
        while found := self._slice(job_id, pages.c.number > after):
            yield from found
            after = found[-1][0]

    @door
    def amend(self, matching: Matching, amended: Iterable[Amended]) -> bool:
        """Write what a matching made of pages, all at once, and end the job; all its other pages are as they were read.

        Returns:
            Whether it counted.  Nothing is written when more came to match in the meantime, a page is read again, the
            job was cancelled, or somebody else did the same.
        """
        results = {one.number: one.result for one in amended}
        with steering(self._writing, matching.job_id) as (connection, job):
            mine = (jobs.c.id == job.id) & _ALL_ENDED & IS_UNMATCHED & (jobs.c.to_match == matching.to_match)
            if connection.execute(select(jobs.c.id).where(mine)).first() is None:
                connection.execute(update(jobs).where(jobs.c.id == job.id).values(matching_until=None))
                return False
            changes = [
                (row, results.get(row.number, row.as_read))
                for row in _rows_to_change(connection, job.id, sorted(results))
            ]
            more = _write(connection, job.id, [(row, result) for row, result in changes if result != row.result])
            ended = {"matched": matching.to_match, "matching_until": None, "state": "done", "ended_at": Now()}
            values = {name: jobs.c[name] + n for name, n in more.items()}
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(ended | values))
            return True

    @door
    def _slice(self, job_id: JobId, which: ColumnElement[bool]) -> list[tuple[int, PageReading]]:
        query = (
            select(pages.c.number, func.coalesce(pages.c.as_read, pages.c.result))
            .join_from(pages, jobs)
            .where(jobs.c.public_id == job_id, pages.c.state == "read", which)
            .order_by(pages.c.number)
            .limit(SLICE)
        )
        with self._reading.connect() as connection:
            return [(number, PageReading.model_validate_json(result)) for number, result in connection.execute(query)]


def _rows_to_change(connection: Connection, job: int, numbers: Sequence[int]) -> list[Row[Any]]:
    """Pages that a matching changes now, and those that an earlier one changed."""
    read = select(pages.c.number, pages.c.result, pages.c.as_read).where(pages.c.job_id == job, pages.c.state == "read")
    rows: dict[int, Any] = {}
    for row in connection.execute(read.where(pages.c.as_read.is_not(None))):
        rows[row.number] = row
    for start in range(0, len(numbers), SLICE):
        some = pages.c.number.in_(numbers[start : start + SLICE])
        rows.update((row.number, row) for row in connection.execute(read.where(some)))
    return [*rows.values()]


def _write(connection: Connection, job: int, changes: Sequence[tuple[Row[Any], str]]) -> dict[str, int]:
    """Write new results, and return what the job's counts rise by."""
    more = dict.fromkeys(("n_review", "n_accepted"), 0)
    rows = []
    for row, result in changes:
        before, after = (count_fields([PageReading.model_validate_json(text)]) for text in (row.result, result))
        for name in more:
            more[name] += after[name] - before[name]
        as_read = row.result if row.as_read is None else row.as_read
        kept = {"result": result, "as_read": None if result == as_read else as_read, "n_review": after["n_review"]}
        rows.append({"of_job": job, "of_number": row.number, **kept})
    if rows:
        connection.execute(_AMEND, rows)
    return more
