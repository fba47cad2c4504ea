"""Jobs as people watch them: progress, and every crop beside its reading."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from formdigits.form_template import AUTO
from formdigits.ledger import PageRow
from formdigits.readings import PageReading
from formdigits.retention import purge_job
from submit_ui.api.jobs import number_argument, only_argument
from submit_ui.callers import caller
from submit_ui.forecasts import forecast_of_job
from submit_ui.job_bodies import NewPriority
from submit_ui.pages.blueprint import pages
from submit_ui.pages.buttons import done
from submit_ui.pages.scans import REPAIRABLE, form_of, titles_of
from submit_ui.pages.tiles import inline_pictures
from submit_ui.parts import parts

TILES = 240
"""Digit images on one screenful of the grid."""
SHEETS = 12
"""Form pages below each other."""


@pages.get("/jobs")
def jobs_page() -> ResponseReturnValue:
    """The newest jobs."""
    return render_template("jobs.html", jobs=parts().ledger.jobs(limit=200, owner=caller().sees))


@pages.get("/jobs/<job_id>")
def job_page(job_id: str) -> ResponseReturnValue:
    """One job."""
    shown = job_slice(job_id)
    job = shown["job"]
    return render_template("job.html", forecast=forecast_of_job(parts(), job.form, job.max_error), **shown)


@pages.get("/jobs/<job_id>/slice")
def job_slice_page(job_id: str) -> ResponseReturnValue:
    """The part of the job's page that shows pages, for the script that keeps it fresh."""
    return render_template("job_slice.html", **job_slice(job_id))


@pages.post("/jobs/<job_id>/<any(cancel, pause, resume, retry, priority, purge):action>")
def steer_job(job_id: str, action: str) -> ResponseReturnValue:
    """The buttons of a job."""
    here = url_for("pages.job_page", job_id=job_id)
    match action:
        case "cancel":
            return done(lambda: parts().ledger.cancel(job_id), "The job is cancelled; what was read stays.", to=here)
        case "pause":
            return done(lambda: parts().ledger.pause(job_id), "The job is paused.", to=here)
        case "resume":
            return done(lambda: go_on(parts().ledger.resume, job_id), "The job goes on.", to=here)
        case "retry":
            return done(lambda: go_on(parts().ledger.retry_failed, job_id), "Failed pages are read again.", to=here)
        case "priority":
            wanted = NewPriority.model_validate({"priority": request.form.get("priority")}).priority
            return done(lambda: parts().ledger.set_priority(job_id, wanted), f"The priority is {wanted}.", to=here)
        case _:
            away = url_for("pages.jobs_page")
            return done(lambda: remove(job_id), f"Job {job_id} is gone with its readings.", to=away, otherwise=here)


def go_on(change: Callable[[str], object], job_id: str) -> None:
    """Change a job so that there is something to read again."""
    change(job_id)
    parts().bell.ring()


def remove(job_id: str) -> None:
    """Purge a job that is there."""
    parts().ledger.progress(job_id)
    purge_job(parts().ledger, parts().scans, job_id)


def job_slice(job_id: str) -> dict[str, Any]:
    """What the job's page shows: the job, its form, and the pages after a number."""
    job = parts().ledger.progress(job_id)
    form = form_of(job.form)
    as_grid = form is not None and form.is_image
    limit = TILES if as_grid else SHEETS
    after, only = number_argument("after", default=0, highest=10**9), only_argument()
    rows = parts().ledger.pages(job_id, after=after, limit=limit, only=only)
    return {
        "job": job,
        "titles": titles_in(rows),
        "as_grid": as_grid,
        "has_sheets": not as_grid,
        "has_roster": job.form == AUTO or (form is not None and any(field.roster_is_unique for field in form.fields)),
        "rows": rows,
        "repairable": REPAIRABLE,
        "pictures": inline_pictures(parts().scans, rows if as_grid else []),
        "only": only,
        "after": after,
        "limit": limit,
        "next_after": rows[-1].number if len(rows) == limit and rows[-1].number < job.n_pages else None,
        "chosen": request.args.get("page", ""),
    }


def titles_in(rows: Iterable[PageRow]) -> dict[str, dict[str, str]]:
    """What is printed above the fields, by the form that each page is of."""
    return {
        ref: titles_of(form_of(ref)) for ref in {row.result.form for row in rows if isinstance(row.result, PageReading)}
    }
