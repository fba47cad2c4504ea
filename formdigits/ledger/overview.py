"""The overview: all jobs together, for those who watch over the whole."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import Overview
from formdigits.ledger.schema import COUNTERS, IS_UNDER_WAY, chunks, counters, jobs
from formdigits.ledger.submission import NOT_ENDED


class Overviews(Database):
    """The part of the ledger that counts over everything; its cost grows with jobs, not with pages."""

    @door
    def overview(self) -> Overview:
        """How much waits, what is under way, and what happened so far."""
        with self._reading.connect() as connection:
            n_in_flight, n_messages = _under_way(connection)
            n_left, oldest_s = _left(connection)
            return Overview(
                n_waiting_pages=max(0, n_left - n_in_flight),
                n_in_flight_pages=n_in_flight,
                n_in_flight_messages=n_messages,
                jobs=dict(_jobs_by_state(connection)),
                counters=_counters(connection),
                oldest_waiting_s=oldest_s,
            )


def _under_way(connection: Connection) -> tuple[int, int]:
    n_pages = func.coalesce(func.sum(chunks.c.last - chunks.c.first + 1), 0)
    row = connection.execute(select(n_pages, func.count(chunks.c.message.distinct())).where(IS_UNDER_WAY)).one()
    return int(row[0]), int(row[1])


def _left(connection: Connection) -> tuple[int, float]:
    n_left = func.coalesce(func.sum(jobs.c.n_pages - jobs.c.n_read - jobs.c.n_failed), 0)
    age_s = func.coalesce(Now() - func.min(jobs.c.submitted_at), 0.0)
    row = connection.execute(select(n_left, age_s).where(jobs.c.state.in_(NOT_ENDED))).one()
    return int(row[0]), float(row[1])


def _jobs_by_state(connection: Connection) -> Mapping[str, int]:
    query = select(jobs.c.state, func.count()).where(jobs.c.state != "purging").group_by(jobs.c.state)
    return {state: n for state, n in connection.execute(query)}  # noqa: C416 rows are no pairs


def _counters(connection: Connection) -> dict[str, int]:
    sums: list[Any] = [func.sum(counters.c[name]).label(name) for name in COUNTERS]
    row = connection.execute(select(*sums)).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}  # noqa: SLF001 its public name
