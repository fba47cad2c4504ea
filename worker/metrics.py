"""What reading counts and how long its stages take: a few numbers a chunk, never one an image.

In a worker every reading process writes them to files that its main process shows (`worker/metrics_folder.py`);
elsewhere they stay in memory and nobody looks.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

from formdigits.errors import PageError
from formdigits.readings import Outcome, PageFailure, PageResult

Stage = Literal["read", "network", "decide", "claim", "commit"]

_SECONDS = Histogram(
    "formdigits_worker_stage_seconds",
    "Time that a chunk takes in each stage: claim; read: decode, register, cut, normalise; network; decide; commit.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0),
)
_STAGES = {stage: _SECONDS.labels(stage) for stage in ("read", "network", "decide", "claim", "commit")}
_BATCH = Histogram(
    "formdigits_worker_batch_digits",
    "Digits in one batch of the network.",
    buckets=(0, 1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
)
_MESSAGES = Counter("formdigits_worker_messages", "Messages taken from the broker, with chunks to read or without.")
_CHUNKS = Counter("formdigits_worker_chunks", "Chunks claimed, and those whose commit came too late.", ["outcome"])
_PAGES = Counter("formdigits_worker_pages", "Pages committed: read, or the page error that ended them.", ["outcome"])
_DIGITS = Counter("formdigits_worker_digits", "Digit crops that went through the network.")
_FIELDS = Counter("formdigits_worker_fields", "Fields of the pages read.", ["outcome"])
_PROCESSES = Gauge(
    "formdigits_worker_processes",
    "Living processes that read, by the model version in service.",
    ["model_version"],
    multiprocess_mode="livesum",
)
_SWAPS = Counter("formdigits_worker_model_swaps", "Changes of the model version in service.")
_REFUSALS = Counter("formdigits_worker_model_refusals", "Model versions that could not be served.")

# Every series is there from the start, so that the first failure is a step that can be seen.
for _outcome in ("read", PageError.code, *(error.code for error in PageError.__subclasses__())):
    _PAGES.labels(_outcome)
for _outcome in Outcome:
    _FIELDS.labels(_outcome)
for _outcome in ("claimed", "late"):
    _CHUNKS.labels(_outcome)


def stage(name: Stage) -> AbstractContextManager[object]:
    """Time one stage of a chunk, or of all chunks of a message."""
    return _STAGES[name].time()


def batch(n_digits: int) -> None:
    """A batch went through the network."""
    _BATCH.observe(n_digits)
    _DIGITS.inc(n_digits)


def heard() -> None:
    """A message was taken."""
    _MESSAGES.inc()


def claimed(n_chunks: int) -> None:
    """So many chunks of a message were claimed."""
    _CHUNKS.labels("claimed").inc(n_chunks)


def committed(results: Iterable[Mapping[int, PageResult]], *, n_late: int) -> None:
    """Chunks were committed, with these results each, and so many others came too late."""
    pages: Tally[str] = Tally()
    fields: Tally[str] = Tally()
    for chunk in results:
        for result in chunk.values():
            if isinstance(result, PageFailure):
                pages[result.code] += 1
            else:
                pages["read"] += 1
                for field in result.fields:
                    fields[field.outcome] += 1
    for outcome, n in pages.items():
        _PAGES.labels(outcome).inc(n)
    for outcome, n in fields.items():
        _FIELDS.labels(outcome).inc(n)
    _CHUNKS.labels("late").inc(n_late)


def reads_with(version: str, *, instead_of: str | None = None) -> None:
    """This process reads with a model version from now on."""
    if instead_of is not None:
        _PROCESSES.labels(instead_of).set(0)
        _SWAPS.inc()
    _PROCESSES.labels(version).set(1)


def refused() -> None:
    """A model version could not be served."""
    _REFUSALS.inc()
