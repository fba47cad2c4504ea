"""What pages and API stand on, made once per process and handed to them by the application."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from flask import current_app

from formdigits.broker import Broker
from formdigits.errors import FormdigitsError
from formdigits.form_template import FormShelf
from formdigits.ledger import JobProgress, Ledger, NewJob, open_ledger
from formdigits.messages import ReadPages, Retrain
from formdigits.model_store import ModelStore, open_models
from formdigits.scan_store import ScanStore, open_scans
from formdigits.settings import Settings
from submit_ui.bell import Bell
from submit_ui.document_child import DocumentChild
from submit_ui.intake import BrokerState, Intake
from submit_ui.scribe import Scribe


class Sender(Protocol):
    """What the page needs from a broker, and nothing more."""

    def send_read(self, messages: Sequence[ReadPages]) -> None: ...
    def send_retrain(self, message: Retrain) -> None: ...
    def ping(self) -> None: ...
    def state(self) -> BrokerState: ...


@dataclass
class Parts:
    """The parts of one running page."""

    settings: Settings
    scans: ScanStore
    documents: DocumentChild
    models: ModelStore
    broker: Sender
    forms: FormShelf = field(init=False)
    bell: Bell = field(init=False)
    intake: Intake = field(init=False)
    scribe: Scribe = field(init=False)
    _ledger: Ledger | None = None
    _opening: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.forms = FormShelf(self.settings.form_folders, lambda: self.ledger)
        self.bell = Bell(self.send_next)
        self.scribe = Scribe(self.write_down)
        self.intake = Intake(self.broker.state, self.count_waiting, most_waiting=self.settings.max_waiting_pages)

    @property
    def ledger(self) -> Ledger:
        """The ledger, opened on first use: the page may start before its database does."""
        with self._opening:
            if self._ledger is None:
                self._ledger = open_ledger(self.settings.ledger_url)
            return self._ledger

    def send_next(self) -> int:
        """Send what may be read next, and return how many messages that are."""
        messages = self.ledger.hand_out(window=self.settings.window_messages)
        self.broker.send_read(messages)
        return len(messages)

    def write_down(self, new: Sequence[NewJob]) -> list[JobProgress | FormdigitsError]:
        """Write several jobs into the ledger."""
        return self.ledger.add_jobs(new)

    def count_waiting(self) -> int:
        """Pages of all jobs that have not ended."""
        seen = self.ledger.overview()
        return seen.n_waiting_pages + seen.n_in_flight_pages


def make_parts(settings: Settings, broker: Sender | None = None) -> Parts:
    """Put together what the settings say."""
    documents = DocumentChild(settings)
    return Parts(
        settings=settings,
        scans=open_scans(settings, take_page=documents.take_page),
        documents=documents,
        models=open_models(settings),
        broker=broker or Broker(settings),
    )


def parts() -> Parts:
    """The parts of the application that answers this request."""
    found: Parts = current_app.extensions["formdigits"]
    return found
