"""How a job comes to be: check the form and the paths, write the ledger, then ring the queue."""

from collections.abc import Iterable

from structlog.contextvars import bind_contextvars

from formdigits.errors import BadRequest, IdempotencyConflict, Overloaded, PathNotAllowed, ServerUnreachable
from formdigits.form_template import FormTemplate
from formdigits.ledger import JobProgress, NewJob, NewPage
from formdigits.readings import PageFailure
from formdigits.settings import Settings
from submit_ui.callers import Caller
from submit_ui.job_bodies import GivenPages, JobBody, MorePages, UploadedScan
from submit_ui.parts import Parts


def submit(parts: Parts, new: JobBody, caller: Caller, idempotency_key: str | None) -> JobProgress:
    """Make a job of it.  Once this returns the ledger has the job, whatever the broker does.

    Returns:
        The job; the one that there is already when its owner used the key before, whether or not jobs are taken now.
    """
    form = parts.forms.get(new.form)
    refuse_too_many(parts.settings, caller, new.n_pages)
    job_id = known_job(parts, new.n_pages, caller, idempotency_key) or parts.scribe.add(
        NewJob(
            form=form.ref,
            pages=new_pages(parts, new),
            max_error=new.max_error or parts.settings.max_error,
            chunk_size=chunk_size(form, parts.settings),
            idempotency_key=idempotency_key,
            owner=caller.name,
            priority=new.priority,
            is_open=new.open,
            quota=caller.quota,
        )
    )
    bind_contextvars(job_id=job_id)  # for what this request logs from here on
    job = parts.ledger.progress(job_id)
    if job.form != form.ref or not (new.open or job.n_pages == new.n_pages):
        raise IdempotencyConflict("the Idempotency-Key was used for a job of another form or size; give each its own")
    parts.bell.ring()
    return job


def known_job(parts: Parts, n_pages: int, caller: Caller, idempotency_key: str | None) -> str | None:
    """The job of a repeated key, where no new one is taken right now; None where one is.

    Raises:
        BrokerUnavailable: no new job is taken, and the key is not known.
        Overloaded: likewise.
    """
    try:
        parts.intake.admit(n_pages)
    except (ServerUnreachable, Overloaded):
        known = parts.ledger.job_with_key(caller.name, idempotency_key) if idempotency_key else None
        if known is None:
            raise
        return known
    return None


def add_pages(parts: Parts, job_id: str, more: MorePages, caller: Caller) -> int:
    """Write the next part of an open job down, and return how many pages it has; a repetition is harmless."""
    refuse_too_many(parts.settings, caller, more.first - 1 + more.n_pages)
    parts.intake.admit(more.n_pages)
    return parts.ledger.add_pages(job_id, first=more.first, pages=new_pages(parts, more), quota=caller.quota)


def refuse_too_many(settings: Settings, caller: Caller, n_pages: int) -> None:
    """Raise BadRequest for a job that is larger than the operator allows, however long one waits."""
    if n_pages > settings.max_pages_per_job:
        raise BadRequest(f"a job has at most {settings.max_pages_per_job} pages; make several jobs of it")
    if caller.quota is not None and n_pages > caller.quota:
        raise BadRequest(
            f"{caller.name} has a quota of {caller.quota} pages, and this job has more; make several of it"
        )


def chunk_size(form: FormTemplate, settings: Settings) -> int:
    """Pages in one message: about a second of work."""
    return settings.images_per_chunk if form.is_image else settings.pages_per_chunk


def new_pages(parts: Parts, given: GivenPages) -> list[NewPage]:
    """One page per scan; a path that may not be read fails here, and the others go on."""
    uploads = f"{parts.settings.uploads_root}/"
    if given.paths:
        name = parts.scans.name
        return [new_page(parts, path, name(path), is_upload=path.startswith(uploads)) for path in given.paths]
    return [new_page(parts, path, name, is_upload=True) for path, name in uploaded(uploads, given.scans)]


def uploaded(folder: str, scans: Iterable[UploadedScan | str]) -> Iterable[tuple[str, str]]:
    """Path and name of each upload."""
    for scan in scans:
        known = UploadedScan(id=scan) if isinstance(scan, str) else scan
        yield folder + known.id, known.name or known.id


def new_page(parts: Parts, path: str, name: str, *, is_upload: bool) -> NewPage:
    """Check one path, without touching the disk."""
    try:
        parts.scans.check(path)
    except PathNotAllowed as error:
        return NewPage(path, name, PageFailure(code=error.code, message=str(error)), is_upload)
    return NewPage(path, name, None, is_upload)
