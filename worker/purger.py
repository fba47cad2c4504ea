"""Removes what is too old, beside the reading."""

import threading

import structlog

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger
from formdigits.retention import Uploads, purge_old
from formdigits.settings import Settings

EVERY_S = 3600.0

log = structlog.get_logger(__name__)


class Purger:
    """Purges once an hour in the background.

    Every worker has one; two that purge at once take turns in the ledger.
    """

    def __init__(self, ledger: Ledger, uploads: Uploads, settings: Settings) -> None:
        self._ledger = ledger
        self._uploads = uploads
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._purge_forever, name="purger", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop; a purge that is under way is taken up by the next one."""
        self._stopped.set()

    def _purge_forever(self) -> None:
        while not self._stopped.wait(EVERY_S):
            try:
                purge_old(self._ledger, self._uploads, retention_days=self._settings.retention_days)
            except ServerUnreachable as error:
                log.warning("purge put off", reason=str(error))
            except Exception:
                log.exception("purge failed")
