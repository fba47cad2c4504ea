"""How a chunk is taken: claim it, read it, commit it once, and send the next ones of its job."""

from dataclasses import dataclass

from formdigits.broker import Broker
from formdigits.errors import TimeLimit
from formdigits.form_template import FormShelf
from formdigits.ledger import Claim, Ledger
from formdigits.messages import ReadPages
from formdigits.readings import PageFailure
from formdigits.scan_store import ScanStore
from formdigits.settings import Settings
from worker.model_in_service import ModelInService
from worker.reading import read_pages


@dataclass(frozen=True)
class Desk:
    """Where one process takes chunks, and everything that it needs for them."""

    name: str
    """Of the process, unique among all."""
    settings: Settings
    ledger: Ledger
    broker: Broker
    scans: ScanStore
    forms: FormShelf
    model: ModelInService

    def take(self, message: ReadPages) -> Claim | None:
        """Claim the chunk of a message; None when there is nothing left to do."""
        return self.ledger.claim(message.chunk_id, worker=self.name, lease_s=self.settings.lease_s)

    def read(self, message: ReadPages, claim: Claim) -> None:
        """Read a claimed chunk, commit it, and send the next ones of its job."""
        classifier = self.model.classifier
        form = self.forms.get(message.form)
        results = read_pages(message.pages, form, max_error=message.max_error, scans=self.scans, classifier=classifier)
        self.ledger.commit(claim, results, model_version=classifier.version)
        self.broker.send_read(self.ledger.next_messages(message.job_id, window=self.settings.window_chunks))

    def give_up(self, message: ReadPages, claim: Claim) -> None:
        """End a page that takes too long; give a chunk of several back, so that it is tried again and split."""
        if len(message.pages) > 1:
            self.ledger.release(claim)
            return
        failure = PageFailure(code=TimeLimit.code, message=f"reading took more than {self.settings.time_limit_s} s")
        self.ledger.commit(claim, {message.pages[0].number: failure}, model_version=self.model.classifier.version)

    def report(self) -> None:
        """Tell the ledger that this process lives, and what it reads with."""
        self.ledger.beat(self.name, model_version=self.model.classifier.version, model_error=self.model.error)
