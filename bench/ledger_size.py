"""How many bytes of the ledger, and how much time, a page costs that is submitted, read and committed.

    python -m bench.ledger_size sqlite:////tmp/ledger.db
    python -m bench.ledger_size postgresql://formdigits@localhost/empty

The readings are made up, as long as those of the sample scans; nothing is read, and TensorFlow is not needed.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import create_engine, make_url, text

from formdigits.ledger import Ledger, NewPage, open_ledger
from formdigits.readings import CellReading, FieldReading, Outcome, PageReading

VERSION = "20260101T120000000Z-4de756a0"
BOX_PX = ((187.1, 558.7), (964.0, 561.1), (963.8, 639.0), (186.9, 636.6))
IMAGE_PX = ((0.0, 0.0), (96.0, 0.0), (96.0, 96.0), (0.0, 96.0))
PART = 20_000
DICE = random.Random(7)  # noqa: S311 no secret


class Case(NamedTuple):
    """One kind of page."""

    what: str
    n_pages: int
    chunk_size: int
    make: Callable[[], PageReading]


def cell() -> CellReading:
    """One box, mostly read with great confidence."""
    digit, confidence = DICE.randrange(10), 1 - min(0.6, DICE.expovariate(100))
    shares = [DICE.random() ** 6 for _ in range(10)]
    others = [round((1 - confidence) * share / sum(shares), 4) for share in shares]
    probabilities = (*others[:digit], round(confidence, 4), *others[digit:])
    return CellReading(digit=digit, confidence=confidence, probabilities=probabilities)


def field(name: str, n_boxes: int, polygon_px: tuple[tuple[float, float], ...]) -> FieldReading:
    """One field of inked boxes."""
    cells = tuple(cell() for _ in range(n_boxes))
    text_of_all = "".join(one.character for one in cells)
    outcome = Outcome.ACCEPTED if min(one.confidence for one in cells) > 0.95 else Outcome.REVIEW
    return FieldReading(
        name=name, text=text_of_all, outcome=outcome, confidence=0.999194, cells=cells, polygon_px=polygon_px
    )


def digit_image() -> PageReading:
    """What is read in an image of one digit."""
    return PageReading(form="single-digit@1", model_version=VERSION, fields=(field("digit", 1, IMAGE_PX),))


def form_page() -> PageReading:
    """What is read on a form page of eleven boxes."""
    fields = (field("customer_number", 8, BOX_PX), field("reading", 3, BOX_PX))
    return PageReading(form="meter-card@1", model_version=VERSION, fields=fields, residual_mm=0.017)


CASES = (
    Case("digit images", 100_000, 256, digit_image),
    Case("form pages of 11 boxes", 20_000, 8, form_page),
)


def fill(ledger: Ledger, case: Case) -> tuple[float, float]:
    """Take one job of uploads through its life; CPU seconds of this process to submit it, and to claim and commit."""
    pages = [
        NewPage(f"/data/uploads/ab/{DICE.randbytes(32).hex()}.png", f"batch-{number:06}.png", is_upload=True)
        for number in range(case.n_pages)
    ]
    began = time.process_time()
    form = case.make().form
    job = ledger.add_job(form=form, pages=pages[:PART], max_error=0.01, chunk_size=case.chunk_size, is_open=True)
    for first in range(PART, case.n_pages, PART):
        ledger.add_pages(job, first=first + 1, pages=pages[first : first + PART])
    ledger.start_job(job)
    submitted_s, committed_s = time.process_time() - began, 0.0
    while messages := ledger.hand_out(window=4):
        for message in messages:
            began = time.process_time()
            claims = ledger.claim(message, worker="bench", lease_s=600)
            committed_s += time.process_time() - began
            read = {claim: {n: case.make() for n in range(claim.first, claim.last + 1)} for claim in claims}
            began = time.process_time()
            ledger.commit(read, model_version=VERSION)
            committed_s += time.process_time() - began
    return submitted_s, committed_s


def size(url: str) -> int:
    """Bytes that the database takes on its disk, indexes included."""
    parts = make_url(url)
    engine = create_engine(parts if parts.drivername == "sqlite" else parts.set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        if parts.drivername == "sqlite":
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            return int(pages * connection.execute(text("PRAGMA page_size")).scalar_one())
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def main(url: str) -> None:
    """Fill the ledger with each kind of page, one after the other, and print what a page costs."""
    ledger = open_ledger(url)
    for case in CASES:
        before = size(url)
        submit_s, commit_s = fill(ledger, case)
        n_bytes = (size(url) - before) / case.n_pages
        per_page = f"{submit_s / case.n_pages * 1e3:.3f} ms to submit, {commit_s / case.n_pages * 1e3:.3f} ms to commit"
        print(f"{case.n_pages:,} {case.what}: {n_bytes:,.0f} bytes a page; CPU a page: {per_page}")


if __name__ == "__main__":
    main(sys.argv[1])
