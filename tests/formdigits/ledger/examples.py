"""Jobs, readings and short cuts that the tests of the ledger share."""

from collections.abc import Mapping, Sequence
from typing import Any

from formdigits.ledger import Claim, Ledger, NewPage
from formdigits.ledger.chunks import _bundles, _next_in_line, _send
from formdigits.ledger.schema import COUNTERS, counters, metadata
from formdigits.messages import Chunk, PageRef, ReadPages
from formdigits.readings import CellReading, FieldReading, Outcome, PageFailure, PageReading, PageResult

UNREADABLE = PageFailure(code="unreadable_file", message="the file is empty")
MODEL = "20261123T0530-0a1b2c3d"


def reading(outcome: Outcome = Outcome.ACCEPTED) -> PageReading:
    """A page with one field of one box with ink, and an empty box."""
    three = CellReading(digit=3, confidence=0.97, probabilities=(0.0, 0.0, 0.03, 0.97, 0, 0, 0, 0, 0, 0, 0))
    blank = CellReading(digit=None, confidence=1.0)
    corners = ((0.0, 0.0), (56.0, 0.0), (56.0, 28.0), (0.0, 28.0))
    field = FieldReading(
        name="digit", text="3_", outcome=outcome, confidence=0.97, cells=(three, blank), polygon_px=corners
    )
    return PageReading(form="card@1", model_version=MODEL, fields=(field,))


def new_pages(n: int, *, failed: tuple[int, ...] = ()) -> list[NewPage]:
    """Pages numbered from 1; those in `failed` are refused when they are submitted."""
    return [
        NewPage(f"/scans/{number}.png", f"{number}.png", UNREADABLE if number in failed else None)
        for number in range(1, n + 1)
    ]


def add_job(ledger: Ledger, n: int = 4, *, chunk_size: int = 2, failed: tuple[int, ...] = (), **more: Any) -> str:
    pages = new_pages(n, failed=failed)
    return ledger.add_job(form="card@1", pages=pages, max_error=0.001, chunk_size=chunk_size, **more)


def hand_out(ledger: Ledger, n: int = 1) -> list[ReadPages]:
    """The next messages, at most `n` of them, whatever is under way."""
    with ledger._writing.begin() as connection:
        return [_send(connection, bundle) for bundle in _bundles(_next_in_line(connection), n)]


def claim_next(ledger: Ledger, *, worker: str = "w1", lease_s: float = 60) -> Claim:
    """Hand the next message out, which has one chunk, and claim it."""
    [message] = hand_out(ledger)
    [claim] = ledger.claim(message, worker=worker, lease_s=lease_s)
    return claim


def claim_again(ledger: Ledger, claim: Claim, *, worker: str = "w2", lease_s: float = 60) -> Claim | None:
    """Have another worker claim the chunk of a claim, as when its message came twice."""
    pages = tuple(PageRef(number=number, path="/x") for number in range(claim.first, claim.last + 1))
    chunk = Chunk(job_id=claim.job_id, chunk_id=claim.chunk_id, form="card@1", max_error=0.001, pages=pages)
    claims = ledger.claim(ReadPages(chunks=(chunk,)), worker=worker, lease_s=lease_s)
    return claims[0] if claims else None


def commit(ledger: Ledger, claim: Claim, found: Mapping[int, PageResult] | None = None, *, model: str = "m1") -> bool:
    """Commit one chunk, every page read unless `found` says otherwise; whether it counted."""
    read = {claim: results(claim) if found is None else found}
    return ledger.commit(read, model_version=model) == [claim]


def numbers(messages: Sequence[ReadPages]) -> list[list[int]]:
    """Numbers of the pages in messages of one chunk each."""
    return [[page.number for chunk in message.chunks for page in chunk.pages] for message in messages]


def read_all(ledger: Ledger, *, model: str = "m1") -> None:
    """Hand out, claim and commit whatever waits, until nothing does."""
    while messages := hand_out(ledger, 99):
        for message in messages:
            numbers = {chunk.chunk_id: [page.number for page in chunk.pages] for chunk in message.chunks}
            for claim in ledger.claim(message, worker="w1", lease_s=60):
                assert commit(ledger, claim, dict.fromkeys(numbers[claim.chunk_id], reading()), model=model)


def results(claim: Claim, result: PageResult | None = None) -> dict[int, PageResult]:
    return dict.fromkeys(range(claim.first, claim.last + 1), result or reading())


def emptied(ledger: Ledger) -> Ledger:
    """Take every row out, so that tests can share one database."""
    with ledger._writing.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not counters:
                connection.execute(table.delete())
        connection.execute(counters.update().values(dict.fromkeys(COUNTERS, 0)))
    return ledger
