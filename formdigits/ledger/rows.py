"""What goes into the ledger and comes out of it: frozen values, no database objects."""

from typing import Literal, NamedTuple

from formdigits.errors import NotFound
from formdigits.messages import Corners, Recipe
from formdigits.readings import PageFailure, PageResult

JobId = str
JobState = Literal["open", "running", "paused", "done", "cancelled"]
"""`open`: it is still being submitted, in parts."""
Priority = Literal["high", "normal", "low"]
Scope = Literal["read", "submit", "admin"]
OPERATOR = "operator"
"""Owner of the jobs that come with the operator's own token."""
PageState = Literal["waiting", "read", "failed", "cancelled"]
RetrainState = Literal["waiting", "running", "done", "failed", "cancelled"]


def no_job(job_id: JobId) -> NotFound:
    """The error of a job that is not there, or not for whoever asks: nobody learns which of the two."""
    return NotFound(f"there is no job {job_id}")


class NewPage(NamedTuple):
    """One page of a job that is being submitted."""

    path: str
    """Absolute path of the scan; the workers check it again."""
    name: str
    """What the person calls it."""
    failure: PageFailure | None = None
    """Why it is not even tried: such a page counts as failed at once."""
    is_upload: bool = False
    """Whether the scan may go when no page refers to it any more."""


class JobProgress(NamedTuple):
    """How far one job is.  All counts come from one row."""

    id: JobId
    form: str
    state: JobState
    n_pages: int
    n_read: int
    n_failed: int
    n_digits: int
    """Boxes with ink on the pages read so far."""
    n_review: int
    """Fields that a person must look at."""
    n_accepted: int
    """Fields that are sure enough for the error budget."""
    submitted_at: float
    ended_at: float | None
    elapsed_s: float
    """From submission to the end, or until now."""
    max_error: float
    owner: str
    priority: Priority

    @property
    def n_ended(self) -> int:
        return self.n_read + self.n_failed

    @property
    def n_cancelled(self) -> int:
        return self.n_pages - self.n_ended if self.state == "cancelled" else 0


class PageRow(NamedTuple):
    """One page of a job."""

    number: int
    name: str
    path: str
    state: PageState
    result: PageResult | None
    model_version: str | None
    corners_px: Corners | None = None
    """Of the paper, where a person placed them."""


class Claim(NamedTuple):
    """The right to read one chunk, until its lease ends or another attempt takes it."""

    job_id: JobId
    chunk_id: int
    attempt: int
    """Rises from 1; only the newest attempt may commit."""
    first: int
    """Number of the first page."""
    last: int
    """Number of the last page, itself included."""


class Matching(NamedTuple):
    """The right to match the pages of one job with its rosters; it is good until another page of the job ends."""

    job_id: JobId
    max_error: float
    to_match: int
    """Rises with every commit that brings something to match; what is matched is what was there at this number."""


class Amended(NamedTuple):
    """What became of one page when its job was matched."""

    number: int
    result: str
    """A `PageReading` as JSON: those of a job together would take ten times as much."""


class EpochRow(NamedTuple):
    """One pass of a retrain over its digits.  Losses are cross-entropies, accuracies shares of 1."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


class Fence(NamedTuple):
    """The right to train.  A retrain gives it out once, and it ends with the lease or with a cancel."""

    retrain_id: int
    recipe: Recipe


class RetrainRow(NamedTuple):
    """One retrain and what became of it."""

    id: int
    state: RetrainState
    recipe: Recipe
    worker: str | None
    version: str | None
    """The model version that it made."""
    promoted: bool
    message: str
    submitted_at: float
    started_at: float | None
    ended_at: float | None
    epochs: tuple[EpochRow, ...]


class WorkerRow(NamedTuple):
    """One process that reads pages or trains, by its last sign of life."""

    name: str
    model_version: str | None
    model_error: str | None
    """Why the worker does not serve the current model; None when it does."""
    seen_at: float
    seen_s_ago: float


class TokenRow(NamedTuple):
    """One token beside the operator's; the ledger knows the token itself only by its hash."""

    name: str
    """Owner of the jobs that come with it."""
    scope: Scope
    quota: int | None
    """Most pages that may wait at a time; None for any number."""
    created_at: float


class Purged(NamedTuple):
    """What one slice of a purge took away."""

    n_pages: int
    unused_uploads: list[str]
    """Paths of uploaded scans to which no page refers any more."""
    done: bool
    """Whether the job is gone."""


class Overview(NamedTuple):
    """All jobs together, at one moment."""

    n_waiting_pages: int
    """Pages of running, paused and open jobs that have not ended and are not under way."""
    n_in_flight_pages: int
    """Pages whose message was sent, or that are being read."""
    n_in_flight_messages: int
    jobs: dict[str, int]
    """Number of jobs by state."""
    counters: dict[str, int]
    """What happened since the ledger was made; `formdigits.ledger.schema.COUNTERS` names them."""
    oldest_waiting_s: float
    """Age of the oldest job that runs; 0 when there is none."""
    n_pages_left: int
    """Pages of running jobs that have not ended, those under way among them: what workers have to do."""
    n_messages_left: int
    """How many full messages these pages make."""


class FormRow(NamedTuple):
    """One saved version of a form template."""

    ref: str
    yaml: str
    by: str
    """Name of the token that it was saved with."""
    created_at: float
