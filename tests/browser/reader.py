"""Reads like a worker, but knows what the sample page says instead of having a network."""

import time
from threading import Event

from submit_ui.parts import Parts
from tests.fakes import FakeClassifier
from tests.submit_ui.fakes import RecordingBroker
from worker.reading import read_chunks


class HandReader:
    """Claims and commits what the broker was sent, until it is told to stop.

    Args:
        parts: of the page that the jobs are submitted to.
        broker: what that page sends to.
        truth: what stands in the fields of a form page.
    """

    def __init__(self, parts: Parts, broker: RecordingBroker, truth: dict[str, str]) -> None:
        self._parts = parts
        self._broker = broker
        self._digits = "".join(truth.values()).replace("_", "")

    def work_until(self, stop: Event) -> None:
        while not stop.is_set():
            if self._broker.read:
                self._read_one()
            else:
                time.sleep(0.02)

    def _read_one(self) -> None:
        message, ledger = self._broker.read.pop(0), self._parts.ledger
        claims = ledger.claim(message, worker="hand", lease_s=30)
        assert claims
        form = self._parts.forms.get(message.chunks[0].form)
        classifier = FakeClassifier("7" if form.id == "single-digit" else self._digits)
        found = read_chunks(message.chunks, forms=self._parts.forms, scans=self._parts.scans, classifier=classifier)
        ledger.commit({claim: found[claim.chunk_id] for claim in claims}, model_version=classifier.version)
        self._broker.send_read(ledger.hand_out(window=4))
