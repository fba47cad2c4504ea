"""Removes what is too old, in the page's process: workers may not write where uploads are."""

import threading
import time
from collections.abc import Callable

import structlog

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger
from formdigits.retention import Uploads, purge_old
from formdigits.settings import Settings

EVERY_S = 3600.0

log = structlog.get_logger(__name__)


class Purger:
    """Purges once an hour in the background; pages that purge at once take turns in the ledger.

    Args:
        open_ledger: gives the ledger; it may not answer yet when the page starts.
        uploads: where uploaded scans are.
        settings: how long what is kept.
    """

    def __init__(self, open_ledger: Callable[[], Ledger], uploads: Uploads, settings: Settings) -> None:
        self._open_ledger = open_ledger
        self._uploads = uploads
        self._settings = settings
        self._thread = threading.Thread(target=self._purge_forever, name="purger", daemon=True)

    def start(self) -> None:
        """Begin; one that is broken off is taken up by the next."""
        self._thread.start()

    def _purge_forever(self) -> None:
        while True:
            time.sleep(EVERY_S)
            try:
                purge_old(self._open_ledger(), self._uploads, retention_days=self._settings.retention_days)
            except ServerUnreachable as error:
                log.warning("purge put off", reason=str(error))
            except Exception:
                log.exception("purge failed")
