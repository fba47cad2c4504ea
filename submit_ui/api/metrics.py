"""`/metrics`: what Prometheus asks the page for.  The ledger's numbers are those of all workers together."""

import shutil
from collections.abc import Callable, Iterator
from typing import TypeVar, get_args

from flask import Blueprint
from flask.typing import ResponseReturnValue
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from formdigits import __version__
from formdigits.errors import FormdigitsError
from formdigits.ledger import Overview, WorkerRow
from formdigits.ledger.rows import JobState
from submit_ui.access import own_numbers
from submit_ui.api.health import answers
from submit_ui.parts import Parts, parts

metrics = Blueprint("metrics", __name__)

Answer = TypeVar("Answer")

COUNTERS = {
    "pages_read": "Pages that were read.",
    "pages_failed": "Pages that ended with an error.",
    "digits_read": "Boxes with ink on the pages that were read.",
    "fields_review": "Fields that a person must look at.",
    "fields_accepted": "Fields that were sure enough for their error budget.",
    "lease_expiries": "Chunks whose worker was silent for too long, or died.",
    "messages_resent": "Messages that were sent again because they seemed lost.",
    "late_commits": "Commits refused because another worker had taken the chunk.",
    "chunks_split": "Chunks split to find the page that kills workers.",
    "pages_lost": "Pages given up because every process that read them died.",
}
"""The ledger's counters, since it was made."""


@metrics.get("/metrics")
def show() -> ResponseReturnValue:
    """The page's own numbers, and the ledger's at this moment."""
    text = generate_latest(own_numbers()) + generate_latest(Moment(parts()))
    return text, 200, {"Content-Type": CONTENT_TYPE_LATEST}


class Moment(Collector):
    """What stands in the ledger and the model store right now.  What does not answer is left out, and is down."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("formdigits_build", "Which formdigits this is.", {"version": __version__})
        yield gauge("broker_up", "Whether the broker answers.", float(answers(self._parts.broker.ping)))
        found = answer_of(lambda: (self._parts.ledger.overview(), self._parts.ledger.workers()))
        yield gauge("ledger_up", "Whether the database of the ledger answers.", float(found is not None))
        if found is not None:
            yield from of_overview(found[0])
            yield from of_workers(found[1])
        if (current := answer_of(self._parts.models.current)) is not None:
            model = GaugeMetricFamily(
                "formdigits_model_current", "The current model version.", labels=["model_version"]
            )
            model.add_metric([current], 1)
            yield model
        yield from of_disk(self._parts)


def of_overview(seen: Overview) -> Iterator[Metric]:
    """What waits, what is under way, and what happened so far."""
    yield gauge("pages_waiting", "Pages of all jobs that have not ended and are not under way.", seen.n_waiting_pages)
    yield gauge("pages_in_flight", "Pages whose message was sent, or that are being read.", seen.n_in_flight_pages)
    yield gauge("messages_in_flight", "Messages sent and not done with.", seen.n_in_flight_messages)
    yield gauge("pages_left", "Pages of running jobs that have not ended; workers have these to do.", seen.n_pages_left)
    yield gauge("messages_left", "How many full messages the pages left make.", seen.n_messages_left)
    yield gauge("oldest_job_age_seconds", "Age of the oldest job that runs; 0 without one.", seen.oldest_waiting_s)
    by_state = GaugeMetricFamily("formdigits_jobs", "Jobs by state.", labels=["state"])
    for state in get_args(JobState):
        by_state.add_metric([state], seen.jobs.get(state, 0))
    yield by_state
    for name, text in COUNTERS.items():
        yield CounterMetricFamily(f"formdigits_{name}", text, seen.counters[name])


def of_workers(workers: list[WorkerRow]) -> Iterator[Metric]:
    """Who lives, and reads with what."""
    yield gauge("workers", "Reading processes seen in the last half minute.", len(workers))
    family = GaugeMetricFamily(
        "formdigits_workers_by_model", "The same by the model version in service.", labels=["model_version"]
    )
    versions = [worker.model_version or "none" for worker in workers]
    for version in sorted(set(versions)):
        family.add_metric([version], versions.count(version))
    yield family
    refusing = sum(worker.model_error is not None for worker in workers)
    yield gauge("workers_with_model_error", "Those that cannot serve the current model version.", refusing)


def of_disk(parts: Parts) -> Iterator[Metric]:
    """The disk of the data folder: uploads, models, and the ledger where it is a file."""
    disk = shutil.disk_usage(parts.settings.data)
    yield gauge("disk_size_bytes", "Size of the disk that the data folder lies on.", disk.total)
    yield gauge("disk_free_bytes", "Room that is left on it.", disk.free)


def gauge(name: str, text: str, value: float) -> Metric:
    """One number without labels."""
    return GaugeMetricFamily(f"formdigits_{name}", text, value)


def answer_of(ask: Callable[[], Answer]) -> Answer | None:
    """What it answers; None where it does not."""
    try:
        return ask()
    except FormdigitsError:
        return None
