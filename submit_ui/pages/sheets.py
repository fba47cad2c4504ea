"""The sheets of a job: whether each is whole, there once, and filled in."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from submit_ui.api.sheets import sheets_of
from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts


@pages.get("/jobs/<job_id>/sheets")
def job_sheets_page(job_id: str) -> ResponseReturnValue:
    """The report, as a page of its own or, with `part`, as what the job's page shows of it."""
    template = "sheets_part.html" if "part" in request.args else "sheets.html"
    return render_template(template, job=parts().ledger.progress(job_id), report=sheets_of(parts(), job_id))
