"""Stand-ins for the broker and the workers, and values that tests are made of."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger
from formdigits.messages import ReadPages, Retrain
from formdigits.readings import CellReading, Change, FieldReading, Outcome, PageFailure, PageReading, PageResult
from submit_ui.bell import Bell

VERSION = "20261123T050000000Z-0a1b2c3d"


class State(NamedTuple):
    value: str
    sentence: str


class RecordingBroker:
    """Keeps what it is sent; `down` makes it one that does not answer."""

    def __init__(self) -> None:
        self.read: list[ReadPages] = []
        self.retrains: list[Retrain] = []
        self.down = False

    def send_read(self, messages: Sequence[ReadPages]) -> None:
        self.ping()
        self.read += messages

    def send_retrain(self, message: Retrain) -> None:
        self.ping()
        self.retrains.append(message)

    def ping(self) -> None:
        if self.down:
            raise ServerUnreachable("the broker does not answer")

    def state(self) -> State:
        return State("down", "the broker does not answer") if self.down else State("ok", "the broker takes messages")


class BellAtOnce(Bell):
    """Sends before it returns."""

    def ring(self) -> None:
        self.answer()


def work_off(ledger: Ledger, broker: RecordingBroker, results: dict[int, PageResult] | None = None) -> None:
    """Read what the broker was sent, as a worker would; pages that `results` leaves out read as an accepted 7."""
    while broker.read:
        message = broker.read.pop(0)
        claims = ledger.claim(message, worker="test", lease_s=30)
        pages = {chunk.chunk_id: chunk.pages for chunk in message.chunks}
        found = {
            claim: {page.number: (results or {}).get(page.number, digit_page()) for page in pages[claim.chunk_id]}
            for claim in claims
        }
        assert len(ledger.commit(found, model_version=VERSION)) == len(claims)
        broker.read += ledger.hand_out(window=4)


def cell(character: str, confidence: float = 0.999) -> CellReading:
    probabilities = () if character == "_" else (1.0,) + 10 * (0.0,)
    return CellReading(
        digit=int(character) if character.isdigit() else None, confidence=confidence, probabilities=probabilities
    )


def a_field(name: str, text: str, outcome: Outcome = Outcome.ACCEPTED, confidence: float = 0.9876) -> FieldReading:
    return FieldReading(
        name=name,
        text=text,
        outcome=outcome,
        confidence=confidence,
        cells=tuple(cell(character) for character in text),
        polygon_px=((0, 0), (28, 0), (28, 28), (0, 28)),
    )


def a_changed_field(name: str) -> FieldReading:
    """A field that is read as 13, and taken for 18 because of its check digit."""
    change = Change(box=2, read="3", taken="8", constraint="check_digit")
    return a_field(name, "13", Outcome.REVIEW, 0.98).model_copy(
        update={"text": "18", "value": "18", "raw": "13", "changes": (change,)}
    )


def a_page(*fields: FieldReading, form: str = "single-digit@1") -> PageReading:
    return PageReading(form=form, model_version=VERSION, fields=fields)


def digit_page(digit: str = "7", outcome: Outcome = Outcome.ACCEPTED) -> PageReading:
    return a_page(a_field("digit", digit, outcome))


def a_failure(code: str = "no_marks", message: str = "found 1 of 4 corner marks; scan the whole sheet") -> PageFailure:
    return PageFailure(code=code, message=message)


def digit_png(darkness: int = 0) -> bytes:
    """A bar on white, 28 x 28."""
    picture = np.full((28, 28), 255, np.uint8)
    picture[4:24, 12:16] = darkness
    return bytes(cv2.imencode(".png", picture)[1].tobytes())
