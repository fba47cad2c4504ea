"""Commits: what was read becomes true once, or not at all."""

import random
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, case, or_, update

from formdigits.ledger.chunks import ARE_HELD, held, waiting_numbers
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.locks import lock_chunks
from formdigits.ledger.rows import Claim
from formdigits.ledger.schema import COUNTER_ROWS, chunks, counters, jobs, pages
from formdigits.readings import NEEDS_REVIEW, Outcome, PageFailure, PageReading, PageResult

Results = Mapping[int, PageResult]
"""How pages of one job ended, by their numbers."""

COUNTED = {
    "n_read": "pages_read",
    "n_failed": "pages_failed",
    "n_digits": "digits_read",
    "n_review": "fields_review",
    "n_accepted": "fields_accepted",
}
"""What a job counts, and the counter that counts it over all jobs."""
_END_CHUNKS = (
    update(chunks)
    .where(ARE_HELD)
    .values(state="done", lease_until=None)
    .returning(chunks.c.id, chunks.c.attempt, chunks.c.job_id)
)
_END_PAGE = (
    update(pages)
    .where(pages.c.job_id == bindparam("of_job"), pages.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in ("state", "n_review", "model_version", "result")})
)
_ALL_ENDED = jobs.c.n_read + jobs.c.n_failed + bindparam("n_ended") == jobs.c.n_pages
_TO_MATCH = jobs.c.to_match + bindparam("more_to_match")
_IS_DONE = and_(_ALL_ENDED, jobs.c.matched == _TO_MATCH)  # who matches its pages ends the others
_COUNT = (
    update(jobs)
    .where(jobs.c.id == bindparam("of_job"), or_(jobs.c.state == "running", jobs.c.state == "paused"))
    .values(
        {
            **{name: jobs.c[name] + bindparam(name) for name in COUNTED},
            "to_match": _TO_MATCH,
            "state": case((_IS_DONE, "done"), else_=jobs.c.state),
            "ended_at": case((_IS_DONE, Now()), else_=jobs.c.ended_at),
        }
    )
)


class Commits(Database):
    """The part of the ledger that takes results in."""

    @door
    def commit(
        self, read: Mapping[Claim, Results], *, model_version: str, to_match: Collection[Claim] = ()
    ) -> list[Claim]:
        """Write the results of whole chunks, each exactly once.

        Args:
            read: the results by the claim that gives the right to them; one for every page of the chunk's message.
            model_version: the model that read them all.
            to_match: claims with fields that are matched with a roster when all pages of their job have ended.

        Returns:
            The claims whose results counted.  Nothing is written for the others: another attempt took the chunk, or the
            job was cancelled.
        """
        if not read:
            return []
        with self._writing.begin() as connection:
            lock_chunks(connection, [claim.chunk_id for claim in read])
            kept = _end_chunks(connection, read)
            by_job: dict[int, dict[int, PageResult]] = {}
            for claim, row in kept.items():
                by_job.setdefault(row.job_id, {}).update(read[claim])
            matched_later = {row.job_id for claim, row in kept.items() if claim in to_match}
            happened = end_pages(connection, by_job, model_version, matched_later) if by_job else {}
            count(connection, **happened, late_commits=len(read) - len(kept))
            return list(kept)


def end_pages(
    connection: Connection, by_job: Mapping[int, Results], model_version: str | None, to_match: Collection[int] = ()
) -> dict[str, int]:
    """Write how pages ended, by their job, and return what there is to `count`.  The caller has locked their chunks.

    The jobs' rows come last, so that commits of one job wait for each other as briefly as can be, and in one order.
    Jobs in `to_match` end only when their pages were matched with a roster.
    """
    rows = [
        _page_values(job, number, result, model_version)
        for job, results in by_job.items()
        for number, result in results.items()
    ]
    connection.execute(_END_PAGE, rows)
    counts = {job: count_fields(results.values()) for job, results in by_job.items()}
    of_jobs = [
        {
            "of_job": job,
            "n_ended": len(by_job[job]),
            "more_to_match": int(job in to_match),
            **{name: counts[job][name] for name in COUNTED},
        }
        for job in sorted(by_job)
    ]
    connection.execute(_COUNT, of_jobs)
    total = sum(counts.values(), Counter[str]())
    return {counter: total[name] for name, counter in COUNTED.items()}


def count(connection: Connection, **more: int) -> None:
    """Count what happened, over all jobs: once in a transaction, at its very end."""
    row = random.randrange(COUNTER_ROWS)  # noqa: S311 no secret; any row will do
    connection.execute(_counting(tuple(more)), {"of_row": row, **more})


@cache
def _counting(names: tuple[str, ...]) -> Update:
    more = {name: counters.c[name] + bindparam(name) for name in names}
    return update(counters).where(counters.c.row == bindparam("of_row")).values(more)


def _end_chunks(connection: Connection, read: Mapping[Claim, Results]) -> dict[Claim, Row[Any]]:
    """Mark the chunks as done that are still held; a cancelled job holds none."""
    rows = connection.execute(_END_CHUNKS, held(read)).all()
    ended = {(row.id, row.attempt): row for row in rows}
    kept = {claim: ended[attempt] for claim in read if (attempt := (claim.chunk_id, claim.attempt)) in ended}
    expected = waiting_numbers(connection, [row.id for row in rows])
    for claim, row in kept.items():
        numbers = expected[row.id]
        if numbers != read[claim].keys():
            raise ValueError(f"a commit must end pages {sorted(numbers)}, this one ends {sorted(read[claim])}")
    return kept


def _page_values(job: int, number: int, result: PageResult, model_version: str | None) -> dict[str, Any]:
    return {
        "of_job": job,
        "of_number": number,
        "state": "failed" if isinstance(result, PageFailure) else "read",
        "n_review": 0 if isinstance(result, PageFailure) else result.n_review,
        "model_version": model_version,
        "result": result.model_dump_json(),
    }


def count_fields(results: Collection[PageResult]) -> Counter[str]:
    """What these results are in `COUNTED`."""
    read = [result for result in results if isinstance(result, PageReading)]
    fields = [field for result in read for field in result.fields if field.kind != "image"]  # they are not read
    return Counter(
        n_read=len(read),
        n_failed=len(results) - len(read),
        n_digits=sum([not cell.blank for field in fields for cell in field.cells]),
        n_review=sum([field.outcome in NEEDS_REVIEW for field in fields]),
        n_accepted=sum([field.outcome is Outcome.ACCEPTED for field in fields]),
    )
