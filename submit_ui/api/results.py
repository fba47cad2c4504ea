"""All readings of a job in one stream, in constant memory."""

import json
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response

from formdigits.errors import UnknownForm
from formdigits.ledger import Ledger, PageRow
from formdigits.readings import PageReading
from submit_ui.csv_export import csv_lines
from submit_ui.parts import Parts, parts
from submit_ui.shapes import page_json

results = Blueprint("results", __name__)

SLICE = 1000


@results.get("/jobs/<job_id>/results.csv")
def as_csv(job_id: str) -> Response:
    """A spreadsheet: one line per page."""
    names = field_names(parts(), job_id)
    return stream(csv_lines(all_pages(parts().ledger, job_id), names), "text/csv", f"{job_id}.csv")


@results.get("/jobs/<job_id>/results.ndjson")
def as_ndjson(job_id: str) -> Response:
    """One JSON object per page and line."""
    parts().ledger.progress(job_id)  # an unknown job is refused before the stream begins
    return stream(json_lines(all_pages(parts().ledger, job_id)), "application/x-ndjson", f"{job_id}.ndjson")


def stream(chunks: Iterable[str], kind: str, name: str) -> Response:
    """Send text as it is made."""
    headers = {"Content-Disposition": f'attachment; filename="formdigits-{name}"'}
    return Response(chunks, content_type=f"{kind}; charset=utf-8", headers=headers)


def all_pages(ledger: Ledger, job_id: str) -> Iterator[PageRow]:
    """Every page of the job in order, a slice at a time."""
    after = 0
    while rows := ledger.pages(job_id, after=after, limit=SLICE):
        yield from rows
        after = rows[-1].number


def json_lines(rows: Iterable[PageRow]) -> Iterator[str]:
    """The lines, a few dozen a piece: one write for each is slow."""
    lines = []
    for row in rows:
        lines.append(json.dumps(page_json(row)))
        if len(lines) == 50:
            yield "\n".join(lines) + "\n"
            lines.clear()
    if lines:
        yield "\n".join(lines) + "\n"


def field_names(parts: Parts, job_id: str) -> list[str]:
    """Fields of the job's form; those that were read, where it has several forms or the form template is gone."""
    job = parts.ledger.progress(job_id)
    try:
        return [field.name for field in parts.forms.get(job.form).fields]
    except UnknownForm:
        found = (row.result for row in all_pages(parts.ledger, job_id) if isinstance(row.result, PageReading))
        return list(dict.fromkeys(field.name for reading in found for field in reading.fields))
