"""The roster of a job: who is there, who twice, and who is not."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from submit_ui.api.rosters import roster_of
from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts


@pages.get("/jobs/<job_id>/roster")
def job_roster_page(job_id: str) -> ResponseReturnValue:
    """The report, as a page of its own or, with `part`, as what the job's page shows of it."""
    template = "roster_part.html" if "part" in request.args else "roster.html"
    return render_template(template, job=parts().ledger.progress(job_id), report=roster_of(parts(), job_id))
