"""The audit: nothing is lost and nothing counts twice, found out by counting everything again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from formdigits.errors import PathNotAllowed
from formdigits.ledger import JobProgress, Ledger, PageRow
from formdigits.ledger.schema import chunks, jobs
from formdigits.readings import Outcome, PageFailure, PageReading
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.manifest import Manifest
from tests.chaos.harness.waiting import wait_until

SLICE = 5000
COUNTED = ("n_read", "n_failed", "n_digits", "n_review", "n_accepted")


@dataclass
class Audited:
    """What the audit saw besides, for tests that ask for more."""

    job: JobProgress
    pages: list[PageRow]
    n_read_again: int
    """Attempts at chunks that did not count, because their process was lost or came too late."""


def audit(lab: Lab) -> dict[str, Audited]:
    """Audit every job that this lab ever had, and all of them together, once nothing is left to do."""
    known = {manifest.version for manifest in lab.models.versions()}
    found = {job_id: audit_job(lab.ledger, job_id, manifest, known) for job_id, manifest in lab.manifests.items()}
    assert {job.id for job in lab.ledger.jobs(limit=10**6)} == found.keys(), "there is a job that nobody submitted"
    audit_overview(lab.ledger, found)
    wait_until(lambda: lab.broker.n_waiting() == 0, 30)  # what comes twice or late is thrown away
    return found


def audit_job(ledger: Ledger, job_id: str, manifest: Manifest, known_versions: set[str]) -> Audited:
    """Audit one job that has ended."""
    job = ledger.progress(job_id)
    rows = all_pages(ledger, job_id)
    assert job.state in ("done", "cancelled"), f"job {job_id} is still {job.state}"
    assert [row.number for row in rows] == list(range(1, len(manifest.paths) + 1)), "a page is missing, or there twice"
    assert [row.path for row in rows] == list(manifest.paths), "a page has another scan"
    assert {name: getattr(job, name) for name in COUNTED} == recount(rows), "a counter is not what its pages say"
    if job.state == "done":
        assert job.n_ended == job.n_pages
    for row in rows:
        audit_page(row, manifest, known_versions, job)
    return Audited(job, rows, audit_chunks(ledger, job, rows))


def audit_page(row: PageRow, manifest: Manifest, known_versions: set[str], job: JobProgress) -> None:
    """One page: exactly one outcome, and the right one."""
    where = f"page {row.number} of job {job.id}"
    if row.state == "cancelled":
        assert job.state == "cancelled", f"{where} was not ended"
        assert row.result is None, f"{where} is cancelled and has a result"
        return
    if row.path in manifest.failures:
        assert isinstance(row.result, PageFailure), f"{where} should have failed: {row.result}"
        assert manifest.failures[row.path] in (row.result.code, None), f"{where}: {row.result}"
        return
    if row.path in manifest.either and row.state == "failed":
        return
    assert isinstance(row.result, PageReading), f"{where} is {row.state}: {row.result}"
    assert row.state == "read", f"{where} has a reading and is {row.state}"
    assert row.model_version == row.result.model_version, f"{where} names two versions"
    assert row.model_version in known_versions, f"{where} was read with {row.model_version}, which nobody published"
    text = "".join(field.text for field in row.result.fields)
    assert text == manifest.texts.get(row.path, text), f"{where} has the reading of another page"


def audit_chunks(ledger: Ledger, job: JobProgress, rows: Sequence[PageRow]) -> int:
    """No chunk under way, every page read in one chunk, every chunk with one version.

    Returns:
        How many attempts did not count.
    """
    with ledger._reading.connect() as connection:
        mine = select(chunks).join_from(chunks, jobs).where(jobs.c.public_id == job.id).order_by(chunks.c.first)
        found = connection.execute(mine).all()
    left = {chunk.state for chunk in found} - {"done", "split", "cancelled"}
    assert not left, f"job {job.id} is {job.state} and has chunks that are {left}"
    times_read: Counter[int] = Counter()
    for chunk in (chunk for chunk in found if chunk.state == "done"):
        part = rows[chunk.first - 1 : chunk.last]
        versions = {row.model_version for row in part if isinstance(row.result, PageReading)}
        assert len(versions) <= 1, f"chunk {chunk.id} was read with {versions}"
        times_read.update(row.number for row in part)
    assert max(times_read.values(), default=1) == 1, "a page is in two chunks that were read"
    ended = {row.number for row in rows if isinstance(row.result, PageReading)}
    assert ended <= times_read.keys(), "a page has a reading and no chunk"
    return sum(chunk.attempt for chunk in found) - sum(chunk.state == "done" for chunk in found)


def audit_overview(ledger: Ledger, found: Mapping[str, Audited]) -> None:
    """The sums over all jobs are those of the pages, and nothing waits or is under way."""
    overview = ledger.overview()
    assert (overview.n_waiting_pages, overview.n_in_flight_pages, overview.n_in_flight_messages) == (0, 0, 0), overview
    states = Counter(audited.job.state for audited in found.values())
    assert {state: n for state, n in overview.jobs.items() if n} == states, overview
    sums = {name: sum(getattr(audited.job, name) for audited in found.values()) for name in COUNTED}
    names = ("pages_read", "pages_failed", "digits_read", "fields_review", "fields_accepted")
    counted = dict(zip(COUNTED, (overview.counters[name] for name in names), strict=True))
    n_refused = sum(is_refused(row) for audited in found.values() for row in audited.pages)
    assert counted == sums | {"n_failed": sums["n_failed"] - n_refused}, overview


def is_refused(row: PageRow) -> bool:
    """Whether a page was refused when it was submitted; the counters are of what workers did."""
    failed = isinstance(row.result, PageFailure) and row.model_version is None
    return failed and row.result.code == PathNotAllowed.code


def all_pages(ledger: Ledger, job_id: str) -> list[PageRow]:
    """Every page of a job, a slice at a time."""
    rows: list[PageRow] = []
    while part := ledger.pages(job_id, after=rows[-1].number if rows else 0, limit=SLICE):
        rows += part
    return rows


def recount(rows: Sequence[PageRow]) -> dict[str, int]:
    """What the counters of a job must be."""
    counts: Any = Counter(dict.fromkeys(COUNTED, 0))
    for row in rows:
        if isinstance(row.result, PageFailure):
            counts["n_failed"] += 1
        elif isinstance(row.result, PageReading):
            outcomes = [field.outcome for field in row.result.fields]
            counts["n_read"] += 1
            counts["n_digits"] += sum(len(field.text.replace("_", "")) for field in row.result.fields)
            counts["n_review"] += sum(outcome in (Outcome.REVIEW, Outcome.UNREADABLE) for outcome in outcomes)
            counts["n_accepted"] += outcomes.count(Outcome.ACCEPTED)
    return dict(counts)
