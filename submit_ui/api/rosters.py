"""Who of a roster is there, and who is not."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from formdigits.errors import FormTemplateInvalid, UnknownForm
from formdigits.form_template import AUTO
from submit_ui.api.results import all_pages
from submit_ui.parts import Parts, parts
from submit_ui.rosters import Listed, Rosters, report_rosters
from submit_ui.shapes import Json

rosters = Blueprint("rosters", __name__)


@rosters.get("/jobs/<job_id>/roster")
def show(job_id: str) -> ResponseReturnValue:
    """Lines that no page has, lines that several have, and pages without one."""
    return roster_of(parts(), job_id)


def roster_of(parts: Parts, job_id: str) -> Json:
    """The report of one job; a large one takes a while, a minute for a million pages."""
    job = parts.ledger.progress(job_id)

    def rosters_of(ref: str) -> Rosters:
        try:
            fields = parts.forms.get(ref).fields
            named = [(field.name, field.constraints.roster) for field in fields if field.roster_is_unique]
            return {name: Listed(roster.file, parts.forms.roster(ref, roster.file)) for name, roster in named if roster}
        except (UnknownForm, FormTemplateInvalid):
            return {}

    return report_rosters(all_pages(parts.ledger, job_id), rosters_of, [] if job.form == AUTO else [job.form])
