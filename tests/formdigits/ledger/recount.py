"""A model of what ended in a ledger and how, and a recount of all that the ledger counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Row, func, select

from formdigits.ledger import JobId, JobProgress, Ledger
from formdigits.ledger.schema import IS_UNDER_WAY, chunks, jobs, pages
from formdigits.ledger.sweep import LOST
from formdigits.readings import Outcome, PageReading

Rows = list[Row[Any]]
"""Pages as they are stored."""

parsed = cache(PageReading.model_validate_json)


class Recount:
    """What ended so far; `check` looks at what is in the ledger now."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.ended: dict[tuple[JobId, int], Row[Any]] = {}
        self.cancelled: set[JobId] = set()
        self.gone: set[JobId] = set()
        self.n_late = 0
        self.happened: Counter[str] = Counter()

    def was_told(self, job_id: JobId, verb: str) -> None:
        """Note what a job was told, when it was not refused."""
        if verb == "purge":
            self.gone.add(job_id)
        if verb == "cancel" and self.ledger.progress(job_id).state == "cancelled":
            self.cancelled.add(job_id)
        if verb == "retry_failed":
            self.ended = {key: row for key, row in self.ended.items() if key[0] != job_id or row.state != "failed"}

    def check(self, job_ids: Iterable[JobId]) -> None:
        """Every page ended once and stays, every counter is true, and what was purged is gone and nothing else is."""
        rows, living = self.rows(), self.ledger.jobs(limit=1000)
        assert {job.id for job in living} == set(job_ids) - self.gone
        for job in living:
            self.check_that_ended_pages_stay(job.id, rows[job.id])
            check_progress(job, rows[job.id])
        self.check_overview(living)

    def check_that_ended_pages_stay(self, job_id: JobId, rows: Rows) -> None:
        for row in rows:
            before = self.ended.get((job_id, row.number))
            assert before in (None, row)
            if before is None and row.state != "waiting":
                self.ended[job_id, row.number] = row
                self.count(row)

    def check_overview(self, living: list[JobProgress]) -> None:
        overview = self.ledger.overview()
        assert overview.jobs == Counter(job.state for job in living)
        assert overview.n_pages_left == sum(job.n_pages - job.n_ended for job in living if job.state == "running")
        assert overview.n_in_flight_pages >= self.n_under_way()
        assert overview.counters["late_commits"] == self.n_late
        assert {name: overview.counters[name] for name in self.happened} == self.happened

    def count(self, row: Row[Any]) -> None:
        if row.state == "read":
            result = parsed(row.result)
            self.happened.update(pages_read=1, digits_read=result.n_digits, fields_review=result.n_review)
        elif row.model_version or LOST.code in row.result:  # and not refused when it was submitted
            self.happened.update(pages_failed=1, pages_lost=row.model_version is None)

    def rows(self) -> dict[JobId, Rows]:
        columns = (jobs.c.public_id, pages.c.number, pages.c.state, pages.c.result, pages.c.model_version)
        found = defaultdict(list)
        with self.ledger._reading.connect() as connection:
            for row in connection.execute(select(*columns).join_from(pages, jobs)):
                found[row.public_id].append(row)
        return found

    def n_under_way(self) -> int:
        of_chunk = (pages.c.job_id == chunks.c.job_id) & pages.c.number.between(chunks.c.first, chunks.c.last)
        query = select(func.count()).select_from(chunks).join(pages, of_chunk)
        with self.ledger._reading.connect() as connection:
            return connection.execute(query.where(IS_UNDER_WAY, pages.c.state == "waiting")).scalar_one()

    def expire_all(self) -> None:
        """Let every lease end, as time would."""
        with self.ledger._writing.begin() as connection:
            connection.execute(chunks.update().where(chunks.c.state == "claimed").values(lease_until=0))


def check_progress(job: JobProgress, rows: Rows) -> None:
    """The counters of one job equal a recount."""
    read = [parsed(row.result) for row in rows if row.state == "read"]
    n_failed = sum(row.state == "failed" for row in rows)
    assert (job.n_pages, job.n_read, job.n_failed) == (len(rows), len(read), n_failed)
    assert job.n_cancelled == (len(rows) - len(read) - n_failed if job.state == "cancelled" else 0)
    assert job.n_digits == sum(result.n_digits for result in read)
    assert job.n_review == sum(result.n_review for result in read)
    assert job.n_accepted == sum(field.outcome is Outcome.ACCEPTED for result in read for field in result.fields)
    has_ended = job.state in ("done", "cancelled")
    assert has_ended == (job.ended_at is not None)
    assert job.state in ("open", "cancelled") or has_ended == (job.n_ended == job.n_pages)
