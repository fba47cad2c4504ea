"""What each scope opens.  Whatever is not named here is for admins alone."""

from formdigits.ledger import Scope

__all__ = ["Scope", "covers", "needed_scope"]

RANK: dict[Scope, int] = {"read": 0, "submit": 1, "admin": 2}

READ = {
    "crops.field_png",
    "crops.scan_png",
    "forms.listing",
    "forms.show",
    "forms.show_forecast",
    "forms.show_file",
    "forms.show_yaml",
    "health.workers",
    "jobs.listing",
    "jobs.pages",
    "jobs.show",
    "metrics.show",
    "models.listing",
    "models.report",
    "overview.show",
    "pages.favicon",
    "pages.job_page",
    "pages.job_slice_page",
    "pages.forms_page",
    "pages.form_pdf",
    "pages.jobs_page",
    "pages.job_roster_page",
    "pages.job_sheets_page",
    "pages.scan_page",
    "pages.models_page",
    "pages.submit_page",
    "results.as_csv",
    "results.as_ndjson",
    "retrains.listing",
    "retrains.show",
    "rosters.show",
    "sheets.show",
}
SUBMIT = {
    "forms.add",
    "forms.check",
    "jobs.submit",
    "form_pictures.draw",
    "pages.form_editor_page",
    "pages.steer_job",
    "scans.upload",
    "steering.add_pages",
    "steering.cancel",
    "steering.pause",
    "steering.place_corners",
    "steering.purge",
    "steering.resume",
    "steering.retry",
    "steering.set_priority",
    "steering.start",
}


def needed_scope(endpoint: str) -> Scope:
    """The least scope that opens an endpoint; the API's and our own pages' routes to it are the same."""
    name = endpoint.removeprefix("api.").removeprefix("xhr.")
    if name in READ:
        return "read"
    return "submit" if name in SUBMIT else "admin"


def covers(scope: Scope, needed: Scope) -> bool:
    """Whether a scope opens what needs another."""
    return RANK[scope] >= RANK[needed]
