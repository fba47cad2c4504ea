"""Jobs: submit, look, cancel."""

from typing import Literal, cast

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from formdigits.errors import BadRequest
from submit_ui.parts import parts
from submit_ui.shapes import job_json, page_json
from submit_ui.submission import NewJob, submit

jobs = Blueprint("jobs", __name__)

Only = Literal["review", "failed"] | None
LARGEST_SLICE = 1000


@jobs.post("/jobs", endpoint="submit")
def submit_job() -> ResponseReturnValue:
    """Take a job; the ledger has it when this answers 202."""
    new = NewJob.model_validate_json(request.get_data(cache=False))
    key = request.headers.get("Idempotency-Key")
    if key and len(key) > 200:
        raise BadRequest("an Idempotency-Key has at most 200 characters")
    job_id = submit(parts(), new, key or None)
    where = url_for(".show", job_id=job_id)
    return job_json(parts().ledger.progress(job_id)), 202, {"Location": where}


@jobs.get("/jobs")
def listing() -> ResponseReturnValue:
    """The newest jobs."""
    limit = number_argument("limit", default=50, highest=LARGEST_SLICE)
    return {"jobs": [job_json(job) for job in parts().ledger.jobs(limit=limit)]}


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


@jobs.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> ResponseReturnValue:
    """Stop a job: what was read stays."""
    parts().ledger.cancel(job_id)
    return job_json(parts().ledger.progress(job_id))


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
