"""Jobs: submit them, and look at them."""

from typing import Literal, cast

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from formdigits.errors import BadRequest
from formdigits.ledger import JobProgress
from submit_ui.callers import caller
from submit_ui.job_bodies import JobBody
from submit_ui.parts import parts
from submit_ui.shapes import job_json, page_json
from submit_ui.submission import submit

jobs = Blueprint("jobs", __name__)

Only = Literal["review", "failed"] | None
LARGEST_SLICE = 1000
MOST_IDS = 500


@jobs.post("/jobs", endpoint="submit")
def submit_job() -> ResponseReturnValue:
    """Take a job; the ledger has it when this answers 202."""
    new = JobBody.model_validate_json(request.get_data(cache=False))
    key = request.headers.get("Idempotency-Key")
    if key and len(key) > 200:
        raise BadRequest("an Idempotency-Key has at most 200 characters")
    job = submit(parts(), new, caller(), key or None)
    return job_json(job), 202, {"Location": url_for(".show", job_id=job.id)}


@jobs.get("/jobs")
def listing() -> ResponseReturnValue:
    """The newest jobs, or those that `ids` names; ids that are not there are left out."""
    found = named_jobs(request.args["ids"]) if "ids" in request.args else newest_jobs()
    return {"jobs": [job_json(job) for job in found]}


@jobs.get("/jobs/<job_id>")
def show(job_id: str) -> ResponseReturnValue:
    """Where one job stands; made to be asked for often."""
    return job_json(parts().ledger.progress(job_id))


@jobs.get("/jobs/<job_id>/pages")
def pages(job_id: str) -> ResponseReturnValue:
    """A slice of the job's pages, after a page number."""
    after = number_argument("after", default=0, highest=10**9)
    limit = number_argument("limit", default=100, highest=LARGEST_SLICE)
    rows = parts().ledger.pages(job_id, after=after, limit=limit, only=only_argument())
    return {"pages": [page_json(row) for row in rows], "next_after": rows[-1].number if len(rows) == limit else None}


def named_jobs(ids: str) -> list[JobProgress]:
    """The jobs of these ids, separated by commas, as far as the caller sees them."""
    wanted = [job_id for job_id in ids.split(",") if job_id]
    if len(wanted) > MOST_IDS:
        raise BadRequest(f"ids has at most {MOST_IDS} jobs; ask for them in parts")
    return [job for job in parts().ledger.progress_of(wanted) if caller().sees in (None, job.owner)]


def newest_jobs() -> list[JobProgress]:
    """The newest jobs that the caller sees."""
    return parts().ledger.jobs(number_argument("limit", default=50, highest=LARGEST_SLICE), owner=caller().sees)


def number_argument(name: str, *, default: int, highest: int) -> int:
    """A whole number from the query, 0 to `highest`."""
    given = request.args.get(name, str(default))
    if not given.isdecimal() or int(given) > highest:
        raise BadRequest(f"{name} is a whole number from 0 to {highest}, not {given[:20]!r}")
    return int(given)


def only_argument() -> Only:
    """Which pages are asked for; None for all."""
    only = request.args.get("only") or None
    if only not in (None, "review", "failed"):
        raise BadRequest("only is 'review' or 'failed'")
    return cast("Only", only)
