"""Jobs, readings and short cuts that the tests of the ledger share."""

from formdigits.ledger import Claim, Ledger, NewPage
from formdigits.ledger.schema import metadata
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


def add_job(ledger: Ledger, n: int = 4, *, chunk_size: int = 2, failed: tuple[int, ...] = ()) -> str:
    return ledger.add_job(form="card@1", pages=new_pages(n, failed=failed), max_error=0.001, chunk_size=chunk_size)


def claim_next(ledger: Ledger, job_id: str, *, lease_s: float = 60) -> Claim:
    """Hand one chunk out and claim it."""
    [message] = ledger.next_messages(job_id, window=1)
    claim = ledger.claim(message.chunk_id, worker="w1", lease_s=lease_s)
    assert claim is not None
    return claim


def results(claim: Claim, result: PageResult | None = None) -> dict[int, PageResult]:
    return dict.fromkeys(range(claim.first, claim.last + 1), result or reading())


def emptied(ledger: Ledger) -> Ledger:
    """Take every row out, so that tests can share one database."""
    with ledger._writing.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return ledger
