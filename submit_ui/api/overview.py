"""All jobs, workers and counters at one moment: for `formdigits top`, and for whoever starts and stops workers."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from formdigits.ledger import Overview, WorkerRow
from submit_ui.parts import parts
from submit_ui.shapes import Json, worker_json

overview = Blueprint("overview", __name__)


@overview.get("/overview")
def show() -> ResponseReturnValue:
    """Numbers over all owners; no job is named."""
    ledger = parts().ledger
    return overview_json(ledger.overview(), ledger.workers(), parts().models.current())


def overview_json(seen: Overview, workers: list[WorkerRow], current: str | None) -> Json:
    """Everything in one document."""
    return {
        # A queue's length alone leaves out what is being read, and would stop workers in the middle of their work.
        "waiting_plus_in_flight_pages": seen.n_pages_left,
        "waiting_plus_in_flight_messages": seen.n_messages_left,
        "n_waiting_pages": seen.n_waiting_pages,
        "n_in_flight_pages": seen.n_in_flight_pages,
        "n_in_flight_messages": seen.n_in_flight_messages,
        "oldest_waiting_s": round(seen.oldest_waiting_s, 1),
        "jobs": seen.jobs,
        "counters": seen.counters,
        "model": current,
        "workers": [worker_json(worker) | {"seen_s_ago": round(worker.seen_s_ago, 1)} for worker in workers],
    }
