"""Removes what is too old, in the page's process: workers may not write where uploads are."""

from contextlib import closing

from formdigits.ledger import open_ledger
from formdigits.retention import purge_old
from formdigits.rounds import Rounds
from formdigits.scan_store import open_scans
from formdigits.settings import Settings

EVERY_S = 3600.0


def purge_in_background(settings: Settings) -> None:
    """Purge once an hour.  Pages that purge at once take turns, and one that is broken off is taken up by the next."""
    uploads = open_scans(settings)

    def purge() -> None:
        with closing(open_ledger(settings.ledger_url)) as ledger:
            purge_old(ledger, uploads, retention_days=settings.retention_days)

    Rounds(purge, name="purge", every_s=EVERY_S).start()
