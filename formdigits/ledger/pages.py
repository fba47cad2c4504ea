"""Pages: what was read on each, for people and exports."""

from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, case, select

from formdigits.errors import NotFound
from formdigits.ledger.engine import Database, door
from formdigits.ledger.rows import JobId, PageRow, no_job
from formdigits.ledger.schema import HAS_FAILED, IS_SEEN, NEEDS_REVIEW, jobs, pages
from formdigits.messages import Corners
from formdigits.readings import PageFailure, PageReading, PageResult

_CORNERS = TypeAdapter(Corners)


class Pages(Database):
    """The part of the ledger that shows pages."""

    @door
    def page(self, job_id: JobId, number: int) -> PageRow:
        """One page by its number."""
        with self._reading.connect() as connection:
            job = connection.execute(_job(job_id)).first()
            row = job and connection.execute(_pages_of(job).where(pages.c.number == number)).first()
        if not row:
            raise NotFound(f"there is no page {number} of a job {job_id}")
        return _page_row(row)

    @door
    def pages(
        self, job_id: JobId, *, after: int = 0, limit: int = 100, only: Literal["review", "failed"] | None = None
    ) -> list[PageRow]:
        """Pages in the order of their numbers.

        Args:
            job_id: the job that they are of.
            after: leave out pages up to this number.
            limit: at most so many.
            only: pages with a field that a person must look at, or pages that could not be read.
        """
        with self._reading.connect() as connection:
            job = connection.execute(_job(job_id)).first()
            if job is None:
                raise no_job(job_id)
            query = _pages_of(job).where(pages.c.number > after).order_by(pages.c.number).limit(limit)
            if only is not None:
                query = query.where(NEEDS_REVIEW if only == "review" else HAS_FAILED)
            return [_page_row(row) for row in connection.execute(query)]


def _job(job_id: JobId) -> Select[Any]:
    return select(jobs.c.id, jobs.c.state).where(jobs.c.public_id == job_id, IS_SEEN)


def _pages_of(job: Row[Any]) -> Select[Any]:
    state: ColumnElement[str] = pages.c.state
    if job.state == "cancelled":
        state = case((pages.c.state == "waiting", "cancelled"), else_=pages.c.state).label("state")
    columns = (pages.c.number, pages.c.name, pages.c.path, state, pages.c.result, pages.c.model_version)
    return select(*columns, pages.c.corners).where(pages.c.job_id == job.id)


def _page_row(row: Row[Any]) -> PageRow:
    result = _parse(row.state, row.result)
    return PageRow(row.number, row.name, row.path, row.state, result, row.model_version, parse_corners(row.corners))


def parse_corners(corners: str | None) -> Corners | None:
    """What `read_again` wrote down."""
    return None if corners is None else _CORNERS.validate_json(corners)


def _parse(state: str, result: str | None) -> PageResult | None:
    if result is None:
        return None
    return (PageFailure if state == "failed" else PageReading).model_validate_json(result)
