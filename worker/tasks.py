"""The door: a message comes in, its chunks are taken, and what happens is recorded in the ledger."""

from typing import Any

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from pydantic import ValidationError

from formdigits.messages import READ_PAGES, ReadPages
from worker.wiring import desk

log = structlog.get_logger(__name__)


@shared_task(name=READ_PAGES)
def read_pages(message: dict[str, Any]) -> None:
    """Read the pages of a message.  Safe to deliver twice: a chunk is claimed by one worker and committed once."""
    try:
        pages = ReadPages.model_validate(message)
    except ValidationError as error:
        # The sweep sends its chunks again, in the words of whoever sweeps.
        log.error("message of another version refused", reason=str(error))  # noqa: TRY400 no trace helps here
        return
    claims = desk().take(pages)
    if not claims:
        return
    job_ids = sorted({claim.job_id for claim in claims})
    with structlog.contextvars.bound_contextvars(job_ids=job_ids, chunk_ids=[claim.chunk_id for claim in claims]):
        try:
            desk().read(pages, claims)
        except SoftTimeLimitExceeded:
            log.warning("reading took too long", n_pages=sum(len(chunk.pages) for chunk in pages.chunks))
            desk().give_up(pages, claims)
        except Exception:
            log.exception("reading failed")
            desk().ledger.release(claims)
