"""The door: a message comes in, its chunk is taken, and what happens is recorded in the ledger."""

from typing import Any

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from formdigits.messages import READ_PAGES, ReadPages
from worker.wiring import desk

log = structlog.get_logger(__name__)


@shared_task(name=READ_PAGES)
def read_pages(message: dict[str, Any]) -> None:
    """Read the pages of one chunk.  Safe to deliver twice: a chunk is claimed by one worker and committed once."""
    pages = ReadPages.model_validate(message)
    claim = desk().take(pages)
    if claim is None:
        return
    with structlog.contextvars.bound_contextvars(job_id=pages.job_id, chunk_id=pages.chunk_id, attempt=claim.attempt):
        try:
            desk().read(pages, claim)
        except SoftTimeLimitExceeded:
            log.warning("chunk took too long", n_pages=len(pages.pages))
            desk().give_up(pages, claim)
