"""The overview: all jobs together, for those who watch over the whole."""

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import Overview
from formdigits.ledger.schema import COUNTERS, IS_NOT_ENDED, IS_SEEN, IS_UNDER_WAY, chunks, counters, jobs


class Overviews(Database):
    """The part of the ledger that counts over everything; its cost grows with jobs, not with pages."""

    @door
    def overview(self) -> Overview:
        """How much waits, what is under way, and what happened so far."""
        with self._reading.connect() as connection:
            n_in_flight, n_messages = _under_way(connection)
            left = _left(connection)
            return Overview(
                n_waiting_pages=max(0, int(left.n_not_ended) - n_in_flight),
                n_in_flight_pages=n_in_flight,
                n_in_flight_messages=n_messages,
                jobs=dict(_jobs_by_state(connection)),
                counters=_counters(connection),
                oldest_waiting_s=float(left.oldest_s),
                n_pages_left=int(left.n_pages),
                n_messages_left=math.ceil(left.n_messages),
            )

    @door
    def clock(self) -> float:
        """Seconds since 1970 by the database's clock, which leases and ages go by."""
        with self._reading.connect() as connection:
            return float(connection.execute(select(Now())).scalar_one())


def _under_way(connection: Connection) -> tuple[int, int]:
    n_pages = func.coalesce(func.sum(chunks.c.last - chunks.c.first + 1), 0)
    row = connection.execute(select(n_pages, func.count(chunks.c.message.distinct())).where(IS_UNDER_WAY)).one()
    return int(row[0]), int(row[1])


def _left(connection: Connection) -> Row[Any]:
    n_left = jobs.c.n_pages - jobs.c.n_read - jobs.c.n_failed
    runs = jobs.c.state == "running"
    query = select(
        func.coalesce(func.sum(n_left), 0).label("n_not_ended"),
        func.coalesce(func.sum(case((runs, n_left))), 0).label("n_pages"),
        func.coalesce(func.sum(case((runs, n_left * 1.0 / jobs.c.chunk_size))), 0.0).label("n_messages"),
        func.coalesce(Now() - func.min(case((runs, jobs.c.submitted_at))), 0.0).label("oldest_s"),
    )
    return connection.execute(query.where(IS_NOT_ENDED)).one()


def _jobs_by_state(connection: Connection) -> Mapping[str, int]:
    query = select(jobs.c.state, func.count()).where(IS_SEEN).group_by(jobs.c.state)
    return {state: n for state, n in connection.execute(query)}  # noqa: C416 rows are no pairs


def _counters(connection: Connection) -> dict[str, int]:
    sums: list[Any] = [func.sum(counters.c[name]).label(name) for name in COUNTERS]
    row = connection.execute(select(*sums)).one()
    return {name: int(value or 0) for name, value in row._mapping.items()}  # noqa: SLF001 its public name
