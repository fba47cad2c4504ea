"""Whether all sheets of a job are there, once and filled in."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from formdigits.errors import UnknownForm
from submit_ui.api.results import all_pages
from submit_ui.parts import Parts, parts
from submit_ui.shapes import Json
from submit_ui.sheets import report_sheets

sheets = Blueprint("sheets", __name__)


@sheets.get("/jobs/<job_id>/sheets")
def show(job_id: str) -> ResponseReturnValue:
    """Missing, duplicate and blank pages."""
    return sheets_of(parts(), job_id)


def sheets_of(parts: Parts, job_id: str) -> Json:
    """The report of one job; a large one takes a while, a minute for a million pages."""
    parts.ledger.progress(job_id)  # an unknown job is refused before its pages are looked for

    def n_pages_of(ref: str) -> int | None:
        try:
            return len(parts.forms.get(ref).pages)
        except UnknownForm:
            return None

    return report_sheets(all_pages(parts.ledger, job_id), n_pages_of)
