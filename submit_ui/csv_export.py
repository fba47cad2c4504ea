"""A job as a table: one line per page, and for each field what was written, what it means and how sure that is."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from formdigits.ledger import PageRow
from formdigits.readings import FieldReading, Outcome, PageFailure, PageReading

PAGE_COLUMNS = ("page", "name", "state", "error", "error_message", "model_version", "form", "form_page", "serial")
FIELD_COLUMNS = ("", "_outcome", "_confidence", "_value", "_doubts", "_raw", "_changes")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[PageRow], field_names: Sequence[str]) -> Iterator[str]:
    """Write the table line by line, in constant memory.

    Args:
        rows: pages in the order of their numbers.
        field_names: fields of the form, in its order.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*PAGE_COLUMNS, *field_columns(field_names)])
    for row in rows:
        writer.writerow([safe(cell) for cell in page_cells(row, field_names)])
        if out.tell() > 30_000:
            yield take(out)
    yield take(out)


def take(out: io.StringIO) -> str:
    """What was written so far; the buffer is empty afterwards."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def field_columns(names: Sequence[str]) -> list[str]:
    """The columns of each field, named after it."""
    return [f"{name}{ending}" for name in names for ending in FIELD_COLUMNS]


def page_cells(row: PageRow, field_names: Sequence[str]) -> list[str]:
    """The cells of one page; those of a page without a reading are empty."""
    failure = row.result if isinstance(row.result, PageFailure) else None
    reading = row.result if isinstance(row.result, PageReading) else None
    cells = [str(row.number), row.name, row.state]
    cells += [failure.code, failure.message] if failure else ["", ""]
    cells += [reading.model_version, reading.form, str(reading.page), reading.serial or ""] if reading else [""] * 4
    fields = {field.name: field for field in reading.fields} if reading else {}
    return cells + [cell for name in field_names for cell in field_cells(fields.get(name))]


def field_cells(field: FieldReading | None) -> tuple[str, ...]:
    """What is in `FIELD_COLUMNS`; leading zeros stay, a blank field has no text, and a value may not be known."""
    if field is None:
        return ("",) * len(FIELD_COLUMNS)
    text = "" if field.outcome is Outcome.BLANK else field.text
    doubts = "; ".join(doubt.message for doubt in field.doubts)
    changes = "; ".join(f"box {one.box}: {one.taken} for {one.read}, by {one.constraint}" for one in field.changes)
    return (
        text,
        field.outcome.value,
        f"{field.confidence:.4f}",
        field.value or "",
        doubts,
        field.raw or "",
        changes,
    )


def safe(cell: str) -> str:
    """Keep a spreadsheet from taking a file's name for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
