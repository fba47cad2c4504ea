"""How a job comes to be: check the form and the paths, write the ledger, then ring the queue."""

from collections.abc import Iterable

import structlog
from pydantic import BaseModel, ConfigDict, Field, model_validator

from formdigits.errors import BadRequest, PathNotAllowed, ServerUnreachable
from formdigits.form_template import FormTemplate
from formdigits.ledger import NewPage
from formdigits.readings import PageFailure
from formdigits.settings import Settings
from submit_ui.parts import Parts

log = structlog.get_logger()


class UploadedScan(BaseModel):
    """A scan that was uploaded before, under the name its owner gave it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]*$", max_length=200)
    name: str = Field("", max_length=1024)


class NewJob(BaseModel):
    """Please read these scans, uploaded or lying under an allowed root, as pages of this form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str
    scans: list[UploadedScan | str] = []
    paths: list[str] = []
    max_error: float | None = Field(None, gt=0, le=1)

    @model_validator(mode="after")
    def _names_scans_one_way(self) -> "NewJob":
        if bool(self.scans) == bool(self.paths):
            raise ValueError("give 'scans' (ids of uploads) or 'paths', at least one of them and not both")
        return self


def submit(parts: Parts, new: NewJob, idempotency_key: str | None) -> str:
    """Make a job of it.  Once this returns the ledger has the job, whatever the broker does.

    Returns:
        The job's id; that of the same job when the key was used before.
    """
    settings = parts.settings
    form = parts.forms.get(new.form)
    if len(new.scans) + len(new.paths) > settings.max_pages_per_job:
        raise BadRequest(f"a job has at most {settings.max_pages_per_job} pages; submit it in parts")
    job_id = parts.ledger.add_job(
        form=form.ref,
        pages=new_pages(parts, new),
        max_error=new.max_error or settings.max_error,
        chunk_size=chunk_size(form, settings),
        idempotency_key=idempotency_key,
    )
    ring(parts, job_id)
    return job_id


def ring(parts: Parts, job_id: str) -> None:
    """Send the job's first messages; where that fails the workers' sweep sends them later."""
    try:
        parts.broker.send_read(parts.ledger.hand_out(window=parts.settings.window_messages))
    except ServerUnreachable as error:
        log.warning("job waits for the sweep", job_id=job_id, reason=str(error))


def chunk_size(form: FormTemplate, settings: Settings) -> int:
    """Pages in one message: about a second of work."""
    return settings.images_per_chunk if form.registration.method == "none" else settings.pages_per_chunk


def new_pages(parts: Parts, new: NewJob) -> list[NewPage]:
    """One page per scan; a path that may not be read fails here, and the others go on."""
    if new.paths:
        return [new_page(parts, path, parts.scans.name(path)) for path in new.paths]
    return [new_page(parts, path, name) for path, name in uploaded(parts.settings, new.scans)]


def uploaded(settings: Settings, scans: Iterable[UploadedScan | str]) -> Iterable[tuple[str, str]]:
    """Path and name of each upload."""
    folder = f"{settings.uploads}/"
    for scan in scans:
        known = UploadedScan(id=scan) if isinstance(scan, str) else scan
        yield folder + known.id, known.name or known.id


def new_page(parts: Parts, path: str, name: str) -> NewPage:
    """Check one path, without touching the disk."""
    try:
        parts.scans.check(path)
    except PathNotAllowed as error:
        return NewPage(path=path, name=name, failure=PageFailure(code=error.code, message=str(error)))
    return NewPage(path=path, name=name, failure=None)
