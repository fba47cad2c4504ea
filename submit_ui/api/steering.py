"""Steering a job after its first word: its parts, its start, and all that a person may want to change."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from formdigits.retention import purge_job
from submit_ui import submission
from submit_ui.callers import caller
from submit_ui.job_bodies import MorePages, NewPriority, PlacedCorners
from submit_ui.parts import parts
from submit_ui.shapes import Json, job_json

steering = Blueprint("steering", __name__)


@steering.post("/jobs/<job_id>/pages")
def add_pages(job_id: str) -> ResponseReturnValue:
    """Take the next part of an open job; the ledger has it when this answers."""
    more = MorePages.model_validate_json(request.get_data(cache=False))
    return submission.add_pages(parts(), job_id, more, caller())._asdict()


@steering.post("/jobs/<job_id>/start")
def start(job_id: str) -> ResponseReturnValue:
    """Have an open job read: it is complete."""
    parts().ledger.start_job(job_id)
    parts().bell.ring()
    return standing(job_id)


@steering.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> ResponseReturnValue:
    """Stop a job: what was read stays."""
    parts().ledger.cancel(job_id)
    return standing(job_id)


@steering.post("/jobs/<job_id>/pause")
def pause(job_id: str) -> ResponseReturnValue:
    """Have no more of a job read for now."""
    parts().ledger.pause(job_id)
    return standing(job_id)


@steering.post("/jobs/<job_id>/resume")
def resume(job_id: str) -> ResponseReturnValue:
    """Go on with a paused job."""
    parts().ledger.resume(job_id)
    parts().bell.ring()
    return standing(job_id)


@steering.post("/jobs/<job_id>/retry")
def retry(job_id: str) -> ResponseReturnValue:
    """Have the failed pages read once more."""
    n_pages = parts().ledger.retry_failed(job_id)
    parts().bell.ring()
    return standing(job_id) | {"n_retried": n_pages}


@steering.post("/jobs/<job_id>/pages/<int:number>/corners")
def place_corners(job_id: str, number: int) -> ResponseReturnValue:
    """Have a failed page read again, its paper lying where a person sees it."""
    placed = PlacedCorners.model_validate_json(request.get_data())
    parts().ledger.read_again(job_id, number, placed.corners_px)
    parts().bell.ring()
    return standing(job_id)


@steering.post("/jobs/<job_id>/priority")
def set_priority(job_id: str) -> ResponseReturnValue:
    """Give a job another share beside other jobs."""
    wanted = NewPriority.model_validate_json(request.get_data())
    parts().ledger.set_priority(job_id, wanted.priority)
    return standing(job_id)


@steering.delete("/jobs/<job_id>")
def purge(job_id: str) -> ResponseReturnValue:
    """Remove an ended job, its readings, and the uploads that no other job has."""
    parts().ledger.progress(job_id)  # an unknown one is not found
    return {"n_pages": purge_job(parts().ledger, parts().scans, job_id)}


def standing(job_id: str) -> Json:
    """Where the job stands now."""
    return job_json(parts().ledger.progress(job_id))
