"""The scribe: writes jobs down, all those in one go that come while it is writing.

A transaction that must be on the disk before it is answered costs the same for one job as for twenty.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from formdigits.errors import FormdigitsError
from formdigits.ledger import JobProgress, NewJob

Write = Callable[[Sequence[NewJob]], list[JobProgress | FormdigitsError]]
NOT_YET = FormdigitsError("neither written nor refused")


@dataclass
class Entry:
    """One job on its way into the ledger."""

    job: NewJob
    outcome: JobProgress | Exception = NOT_YET


class Scribe:
    """Used by many threads at once; whoever is first writes for all.

    Args:
        write: writes several jobs; each is answered with where it stands or with why it was refused.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._list = Lock()
        self._pen = Lock()
        self._waiting: list[Entry] = []

    def add(self, job: NewJob) -> JobProgress:
        """Write a job down; when this returns it is on the disk.  Raises what the ledger raises for it."""
        entry = Entry(job)
        with self._list:
            self._waiting.append(entry)
        with self._pen:
            if entry.outcome is NOT_YET:
                self._write_all()
        if isinstance(entry.outcome, Exception):
            raise entry.outcome
        return entry.outcome

    def _write_all(self) -> None:
        with self._list:
            entries, self._waiting = self._waiting, []
        outcomes: Sequence[JobProgress | Exception]
        try:
            outcomes = self._write([entry.job for entry in entries])
        except Exception as error:  # noqa: BLE001 whoever waits for it is told
            outcomes = [error] * len(entries)
        for entry, outcome in zip(entries, outcomes, strict=True):
            entry.outcome = outcome
