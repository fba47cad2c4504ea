"""Jobs as people watch them: progress, and every crop beside its reading."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from formdigits.errors import UnknownForm
from formdigits.form_template import FormTemplate
from formdigits.ledger import JobProgress
from submit_ui.api.jobs import number_argument, only_argument
from submit_ui.pages.blueprint import pages
from submit_ui.pages.tiles import inline_pictures
from submit_ui.parts import parts

TILES = 240
"""Digit images on one screenful of the grid."""
SHEETS = 12
"""Form pages below each other."""


@pages.get("/jobs")
def jobs_page() -> ResponseReturnValue:
    """The newest jobs."""
    return render_template("jobs.html", jobs=parts().ledger.jobs(limit=200))


@pages.get("/jobs/<job_id>")
def job_page(job_id: str) -> ResponseReturnValue:
    """One job."""
    return render_template("job.html", **job_slice(job_id))


@pages.get("/jobs/<job_id>/slice")
def job_slice_page(job_id: str) -> ResponseReturnValue:
    """The part of the job's page that shows pages, for the script that keeps it fresh."""
    return render_template("job_slice.html", **job_slice(job_id))


@pages.post("/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> ResponseReturnValue:
    """The button that stops a job."""
    parts().ledger.cancel(job_id)
    return redirect(url_for("pages.job_page", job_id=job_id))


def job_slice(job_id: str) -> dict[str, object]:
    """What the job's page shows: the job, its form, and the pages after a number."""
    job = parts().ledger.progress(job_id)
    form = form_of(job)
    as_grid = form is not None and form.registration.method == "none"
    limit = TILES if as_grid else SHEETS
    after, only = number_argument("after", default=0, highest=10**9), only_argument()
    rows = parts().ledger.pages(job_id, after=after, limit=limit, only=only)
    return {
        "job": job,
        "titles": {field.name: field.title or field.name for field in form.fields} if form else {},
        "as_grid": as_grid,
        "rows": rows,
        "pictures": inline_pictures(parts().scans, rows if as_grid else []),
        "only": only,
        "after": after,
        "limit": limit,
        "next_after": rows[-1].number if len(rows) == limit and rows[-1].number < job.n_pages else None,
        "chosen": request.args.get("page", ""),
    }


def form_of(job: JobProgress) -> FormTemplate | None:
    """The job's form template; None where it is gone since."""
    try:
        return parts().forms.get(job.form)
    except UnknownForm:
        return None
