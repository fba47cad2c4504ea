"""Retention: what is old goes, and nothing that is still in use goes with it.

Ended jobs go after the days that the settings say.  Jobs whose submitting broke off go after one day, and so do uploads
that were never submitted.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple, Protocol

import structlog

from formdigits.errors import PathNotAllowed
from formdigits.ledger import JobId, Ledger

DAY_S = 86_400.0
NEVER_S = 1e12
JUST_SENT_S = 60.0
"""An upload that was sent again so lately, by somebody who is about to submit it, stays; the next day finds it."""
AT_ONCE = 500

log = structlog.get_logger(__name__)


class Uploads(Protocol):
    """What retention needs of the scan store."""

    def delete(self, path: str, *, older_than_s: float) -> bool:
        """Remove an upload that was sent longer ago than this; whether it went."""

    def uploads(self, *, older_than_s: float) -> Iterable[str]:
        """Paths of the uploads that were sent longer ago than this."""


class Swept(NamedTuple):
    """What went."""

    n_jobs: int
    n_pages: int
    n_uploads: int


def purge_job(ledger: Ledger, uploads: Uploads, job_id: JobId) -> int:
    """Remove an ended job with its readings, and those of its uploads that no other page refers to.

    It goes slice by slice, so that nobody waits for it; where it breaks off, `purge_old` goes on with it.

    Returns:
        How many pages went.

    Raises:
        BadRequest: the job has not ended.
    """
    n_pages = 0
    while True:
        slice_ = ledger.purge(job_id)
        for path in slice_.unused_uploads:
            with suppress(PathNotAllowed):  # somebody submitted what never was an upload
                uploads.delete(path, older_than_s=JUST_SENT_S)
        n_pages += slice_.n_pages
        if slice_.done:
            return n_pages


def purge_old(ledger: Ledger, uploads: Uploads, *, retention_days: int) -> Swept:
    """Remove whatever is too old.

    Args:
        ledger: where the jobs are.
        uploads: where the uploads are.
        retention_days: age at which an ended job goes; 0: it stays for ever.
    """
    too_old_s = retention_days * DAY_S or NEVER_S
    job_ids = ledger.purgeable(older_than_s=too_old_s, open_longer_than_s=DAY_S)
    n_pages = sum(purge_job(ledger, uploads, job_id) for job_id in job_ids)
    n_uploads = sum(uploads.delete(path, older_than_s=DAY_S) for path in _forgotten(ledger, uploads))
    swept = Swept(len(job_ids), n_pages, n_uploads)
    if any(swept):
        log.info("what was too old is gone", **swept._asdict())
    return swept


def _forgotten(ledger: Ledger, uploads: Uploads) -> Iterator[str]:
    """Uploads that nobody submitted within a day."""
    old = iter(uploads.uploads(older_than_s=DAY_S))
    while some := list(islice(old, AT_ONCE)):
        yield from ledger.unused_uploads(some)
