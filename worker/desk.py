"""How a message is taken: claim its chunks, read them, commit each once, and send the next messages."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import structlog

from formdigits.broker import Broker
from formdigits.errors import FormTemplateInvalid, ServerUnreachable, TimeLimit, UnknownForm
from formdigits.form_template import FormShelf
from formdigits.ledger import Claim, Ledger
from formdigits.messages import Chunk, ReadPages
from formdigits.readings import PageFailure, PageReading, PageResult
from formdigits.scan_store import ScanStore
from formdigits.settings import Settings
from worker import metrics
from worker.model_in_service import ModelInService
from worker.reading import read_chunks
from worker.second_opinion import SecondReader

COMMIT_TRIES = 10
"""A second apart: a database that is started anew costs no chunk that was read already."""
PUT_ASIDE_S = 5.0
"""How long chunks wait whose scans cannot be fetched for now."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Desk:
    """Where one process takes messages, and everything that it needs for them."""

    name: str
    """Of the process, unique among all."""
    settings: Settings
    ledger: Ledger
    broker: Broker
    scans: ScanStore
    forms: FormShelf
    model: ModelInService
    second: SecondReader | None = None

    def take(self, message: ReadPages) -> list[Claim]:
        """Claim the chunks of a message; none when there is nothing left to do."""
        metrics.heard()
        with metrics.stage("claim"):
            claims = self.ledger.claim(message, worker=self.name, lease_s=self.settings.lease_s)
        metrics.claimed(len(claims))
        return claims

    def read(self, message: ReadPages, claims: Collection[Claim]) -> None:
        """Read claimed chunks, commit them, and send the next messages."""
        classifier = self.model.classifier
        try:
            results = read_chunks(
                _claimed(message, claims),
                forms=self.forms,
                scans=self.scans,
                classifier=classifier,
                second=self.second,
            )
        except ServerUnreachable as error:
            log.warning("chunks put aside", reason=str(error))
            self.ledger.give_back(claims, for_s=PUT_ASIDE_S)
            return
        self._commit({claim: results[claim.chunk_id] for claim in claims}, classifier.version)
        self.ring()

    def give_up(self, message: ReadPages, claims: Collection[Claim]) -> None:
        """End a page that takes too long; give more than one page back, so that they are tried again in parts."""
        pages = [page for chunk in _claimed(message, claims) for page in chunk.pages]
        if len(pages) > 1:
            self.ledger.release(claims)
            return
        failure = PageFailure(code=TimeLimit.code, message=f"reading took more than {self.settings.time_limit_s} s")
        [claim] = claims
        self._commit({claim: {pages[0].number: failure}}, self.model.classifier.version)

    def ring(self) -> None:
        """Send the next messages; where the broker does not answer, the sweep sends them later."""
        messages = self.ledger.hand_out(window=self.settings.window_messages)
        try:
            self.broker.send_read(messages)
        except ServerUnreachable as error:
            log.warning("next messages wait for the sweep", reason=str(error))

    def report(self) -> None:
        """Tell the ledger that this process lives, and what it reads with."""
        self.ledger.beat(self.name, model_version=self.model.classifier.version, model_error=self.model.error)

    def _commit(self, read: Mapping[Claim, Mapping[int, PageResult]], version: str) -> None:
        for tries_left in reversed(range(COMMIT_TRIES)):
            try:
                with metrics.stage("commit"):
                    to_match = [claim for claim, pages in read.items() if self._are_to_match(pages.values())]
                    kept = self.ledger.commit(read, model_version=version, to_match=to_match)
            except ServerUnreachable as error:
                if not tries_left:
                    raise
                log.warning("commit tried again", reason=str(error))
                time.sleep(1)
            else:
                metrics.committed([read[claim] for claim in kept], n_late=len(read) - len(kept))
                n_pages = sum(len(read[claim]) for claim in kept)
                log.info("pages committed", n_pages=n_pages, n_late_chunks=len(read) - len(kept), model_version=version)
                return

    def _are_to_match(self, pages: Iterable[PageResult]) -> bool:
        """Whether a page has a field whose roster is unique, which only the whole job decides."""
        numbers = {(page.form, page.page) for page in pages if isinstance(page, PageReading)}
        try:
            fields = [field for ref, number in numbers for field in self.forms.get(ref).fields_on(number)]
        except (UnknownForm, FormTemplateInvalid):  # it went away since it was read with
            return False
        return any(field.roster_is_unique for field in fields)


def _claimed(message: ReadPages, claims: Collection[Claim]) -> list[Chunk]:
    ids = {claim.chunk_id for claim in claims}
    return [chunk for chunk in message.chunks if chunk.chunk_id in ids]
