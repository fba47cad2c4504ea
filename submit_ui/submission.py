"""How a job comes to be: check the form and the paths, write the ledger, then ring the queue."""

from collections.abc import Iterable
from typing import NamedTuple

from structlog.contextvars import bind_contextvars

from formdigits.documents import is_document
from formdigits.errors import BadRequest, IdempotencyConflict, Overloaded, PathNotAllowed, ServerUnreachable
from formdigits.form_template import AUTO
from formdigits.ledger import JobProgress, NewJob, NewPage
from formdigits.readings import PageFailure
from formdigits.settings import Settings
from submit_ui.callers import Caller
from submit_ui.document_pages import Scan
from submit_ui.job_bodies import GivenPages, JobBody, MorePages, UploadedScan
from submit_ui.parts import Parts


def submit(parts: Parts, new: JobBody, caller: Caller, idempotency_key: str | None) -> JobProgress:
    """Make a job of it.  Once this returns the ledger has the job, whatever the broker does.

    Returns:
        The job; the one that there is already when its owner used the key before, whether or not jobs are taken now.
    """
    form, chunk_size = form_of(parts, new.form)
    refuse_too_many(parts.settings, caller, new.n_pages)
    pages = new_pages(parts, new)
    refuse_too_many(parts.settings, caller, len(pages))
    job = known_job(parts, len(pages), caller, idempotency_key) or parts.scribe.add(
        NewJob(
            form=form,
            pages=pages,
            max_error=new.max_error or parts.settings.max_error,
            chunk_size=chunk_size,
            idempotency_key=idempotency_key,
            owner=caller.name,
            priority=new.priority,
            is_open=new.open,
            quota=caller.quota,
        )
    )
    bind_contextvars(job_id=job.id)  # for what this request logs from here on
    if job.form != form or not (new.open or job.n_pages == len(pages)):
        raise IdempotencyConflict("the Idempotency-Key was used for a job of another form or size; give each its own")
    parts.bell.ring()
    return job


def known_job(parts: Parts, n_pages: int, caller: Caller, idempotency_key: str | None) -> JobProgress | None:
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
        return parts.ledger.progress(known)
    return None


class Added(NamedTuple):
    """What became of a part of a job."""

    n_pages: int
    """Pages of the whole job so far."""
    next_first: int
    """Number of the first page of the next part; a document has more pages than one."""


def add_pages(parts: Parts, job_id: str, more: MorePages, caller: Caller) -> Added:
    """Write the next part of an open job down; a repetition is harmless."""
    refuse_too_many(parts.settings, caller, more.first - 1 + more.n_pages)
    pages = new_pages(parts, more)
    next_first = more.first + len(pages)
    refuse_too_many(parts.settings, caller, next_first - 1)
    parts.intake.admit(len(pages))
    n_pages = parts.ledger.add_pages(job_id, first=more.first, pages=pages, quota=caller.quota)
    return Added(n_pages, next_first)


def refuse_too_many(settings: Settings, caller: Caller, n_pages: int) -> None:
    """Raise BadRequest for a job that is larger than the operator allows, however long one waits."""
    if n_pages > settings.max_pages_per_job:
        raise BadRequest(f"a job has at most {settings.max_pages_per_job} pages; make several jobs of it")
    if caller.quota is not None and n_pages > caller.quota:
        raise BadRequest(
            f"{caller.name} has a quota of {caller.quota} pages, and this job has more; make several of it"
        )


def form_of(parts: Parts, name: str) -> tuple[str, int]:
    """What the ledger calls a form, and how many pages of it go in one message: about a second of work."""
    if name == AUTO:
        return AUTO, parts.settings.pages_per_chunk
    form = parts.forms.get(name)
    return form.ref, parts.settings.images_per_chunk if form.is_image else parts.settings.pages_per_chunk


def new_pages(parts: Parts, given: GivenPages) -> list[NewPage]:
    """One page per scan, and of a document all its pages; a path that may not be read fails here, the others go on."""
    uploads = f"{parts.settings.uploads_root}/"
    if given.paths:
        name = parts.scans.name
        pages = [new_page(parts, path, name(path), is_upload=path.startswith(uploads)) for path in given.paths]
    else:
        pages = [new_page(parts, path, name, is_upload=True) for path, name in uploaded(uploads, given.scans)]
    return with_documents(parts, pages)


def with_documents(parts: Parts, pages: list[NewPage]) -> list[NewPage]:
    """The same pages, with all pages of a document in its place."""
    documents = [i for i, page in enumerate(pages) if is_document(page.path) and page.failure is None]
    if not documents:
        return pages
    scans = [Scan(pages[i].path, pages[i].name, pages[i].is_upload) for i in documents]
    whole: list[NewPage] = []
    done = 0
    for i, found in zip(documents, parts.documents.pages_of(scans), strict=True):
        whole += pages[done:i]
        whole += map(page_of_document, found)
        done = i + 1
    return whole + pages[done:]


def page_of_document(scan: Scan) -> NewPage:
    """A page of a document as the ledger takes it."""
    failure = PageFailure(code=scan.code, message=scan.message) if scan.code else None
    return NewPage(scan.path, scan.name, failure, scan.is_upload)


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
