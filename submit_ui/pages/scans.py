"""One page of a job as people look at it: the scan with what was read on it, or with corners to place."""

from flask import render_template
from flask.typing import ResponseReturnValue

from formdigits.errors import NoMarks, NotFound, PageUnknown, RegistrationResidual, UnknownForm
from formdigits.form_template import FormPage, FormTemplate
from formdigits.ledger import JobProgress, PageRow
from formdigits.messages import Corners
from formdigits.readings import PageFailure, PageReading
from submit_ui.api.crops import decoded
from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts

REPAIRABLE = (NoMarks.code, RegistrationResidual.code, PageUnknown.code)
"""Why a page failed that may be read where a person shows how the paper lies."""

Outline = dict[str, object]
"""Size and boxes of one page of a form, in millimetres."""


@pages.get("/jobs/<job_id>/pages/<int:number>")
def scan_page(job_id: str, number: int) -> ResponseReturnValue:
    """One page."""
    job, row = parts().ledger.progress(job_id), parts().ledger.page(job_id, number)
    form = form_of(row.result.form if isinstance(row.result, PageReading) else job.form)
    size = size_of(row)
    return render_template(
        "scan.html",
        job=job,
        row=row,
        size=size,
        titles=titles_of(form),
        corners=(row.corners_px or corners_of(size)) if size and is_repairable(job, row) else None,
        outlines=[outline(form, i, page) for i, page in enumerate(form.pages, 1)] if form and not form.is_image else [],
        before=number - 1 if number > 1 else None,
        after=number + 1 if number < job.n_pages else None,
        next_failed=next(
            (it.number for it in parts().ledger.pages(job_id, after=number, limit=1, only="failed")), None
        ),
    )


def is_repairable(job: JobProgress, row: PageRow) -> bool:
    """Whether the page may be read again with corners that a person places."""
    is_ours = isinstance(row.result, PageFailure) and row.result.code in REPAIRABLE
    return is_ours and job.state in ("running", "paused", "done")


def form_of(ref: str) -> FormTemplate | None:
    """The form template; None where it is gone, or where each page says which one it is."""
    try:
        return parts().forms.get(ref)
    except UnknownForm:
        return None


def titles_of(form: FormTemplate | None) -> dict[str, str]:
    """What is printed above each field."""
    return {field.name: field.title or field.name for field in form.fields} if form else {}


def size_of(row: PageRow) -> tuple[int, int] | None:
    """Width and height of the scan in pixels; None where it cannot be shown."""
    try:
        height, width = decoded(row.path).shape[:2]
    except NotFound:
        return None
    return width, height


def corners_of(size: tuple[int, int]) -> Corners:
    """Those of the scan itself: where a scanner takes no more than the paper, they are the paper's."""
    width, height = float(size[0]), float(size[1])
    return (0.0, 0.0), (width, 0.0), (width, height), (0.0, height)


def outline(form: FormTemplate, number: int, page: FormPage) -> Outline:
    """What to draw over the scan, so that a person sees whether the corners are right."""
    fields = form.fields_on(number)
    boxes = [box for field in fields for box in (field.cells or (field.box,))]
    marks = [page.registration.mark_box(mark) for mark in page.registration.marks]
    return {"width": page.size.width, "height": page.size.height, "boxes": [*boxes, *marks]}
