"""Commits: what was read becomes true once, or not at all."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, case, update

from formdigits.ledger.chunks import is_held_by, waiting_pages
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import Claim
from formdigits.ledger.schema import chunks, jobs, pages
from formdigits.readings import Outcome, PageFailure, PageResult

_END_PAGE = (
    update(pages)
    .where(pages.c.job_id == bindparam("of_job"), pages.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in ("state", "n_review", "model_version", "result")})
)


class Commits(Database):
    """The part of the ledger that takes results in."""

    @door
    def commit(self, claim: Claim, results: Mapping[int, PageResult], *, model_version: str) -> bool:
        """Write the results of a whole chunk, exactly once.

        Args:
            claim: the right to do so.
            results: one for every page of the chunk's message, by page number.
            model_version: the model that read them all.

        Returns:
            False, with nothing written, when another attempt took the chunk or the job was cancelled.
        """
        with self._writing.connect() as connection:
            kept = _commit(connection, claim, results, model_version)
            if kept:
                connection.commit()
            return kept


def end_pages(connection: Connection, job: int, results: Mapping[int, PageResult], model_version: str | None) -> bool:
    """Write how pages of one job ended and count them; False when the job was cancelled: then roll back.

    The job's row comes last, so that commits of one job wait for each other as briefly as can be.  Everybody who
    locks rows of both kinds takes the chunk before the job, so that nobody waits in a circle.
    """
    rows = [_page_values(job, number, result, model_version) for number, result in results.items()]
    connection.execute(_END_PAGE, rows)
    counts = _count(results)
    n_ended = jobs.c.n_read + jobs.c.n_failed + len(results)
    all_ended = n_ended == jobs.c.n_pages
    counted = {
        **{name: jobs.c[name] + counts[name] for name in ("n_read", "n_failed", "n_digits", "n_review", "n_accepted")},
        "state": case((all_ended, "done"), else_=jobs.c.state),
        "ended_at": case((all_ended, Now()), else_=jobs.c.ended_at),
    }
    count = update(jobs).where(jobs.c.id == job, jobs.c.state == "running").values(counted)
    return connection.execute(count.returning(jobs.c.id)).first() is not None


def _commit(connection: Connection, claim: Claim, results: Mapping[int, PageResult], model_version: str) -> bool:
    done = update(chunks).where(is_held_by(claim)).values(state="done", lease_until=None)
    chunk = connection.execute(done.returning(chunks)).first()
    if chunk is None:
        return False
    expected = {page.number for page in waiting_pages(connection, chunk)}
    if expected != results.keys():
        raise ValueError(f"a commit must end pages {sorted(expected)}, this one ends {sorted(results)}")
    return end_pages(connection, chunk.job_id, results, model_version)


def _page_values(job: int, number: int, result: PageResult, model_version: str | None) -> dict[str, Any]:
    return {
        "of_job": job,
        "of_number": number,
        "state": "failed" if isinstance(result, PageFailure) else "read",
        "n_review": 0 if isinstance(result, PageFailure) else result.n_review,
        "model_version": model_version,
        "result": result.model_dump_json(),
    }


def _count(results: Mapping[int, PageResult]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in results.values():
        if isinstance(result, PageFailure):
            counts["n_failed"] += 1
        else:
            counts["n_read"] += 1
            counts["n_digits"] += result.n_digits
            counts["n_review"] += result.n_review
            counts["n_accepted"] += sum(field.outcome is Outcome.ACCEPTED for field in result.fields)
    return counts
