"""The first page: drop scans, choose a form, submit."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from formdigits.errors import FormdigitsError
from formdigits.form_template import AUTO
from submit_ui.callers import caller
from submit_ui.client.submitting import PART_DOCUMENTS, PART_PAGES
from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts
from submit_ui.scan_files import BATCH_BYTES, BATCH_FILES, SCAN_SUFFIXES


def model_in_service() -> str | None:
    """The version whose forecasts the page shows; None where there is none, or the store does not answer."""
    try:
        return parts().models.current()
    except FormdigitsError:
        return None


@pages.get("/")
def submit_page() -> ResponseReturnValue:
    """Where a job begins; who may not submit sees the jobs."""
    if not caller().may("submit"):
        return redirect(url_for("pages.jobs_page"))
    found = [parts().forms.get(name) for name in parts().forms.names()]
    return render_template(
        "submit.html",
        forms=sorted(found, key=lambda form: form.is_image),
        auto=AUTO,
        coded=any(page.identity for form in found for page in form.pages),
        model=model_in_service(),
        max_error_of_10_000=round(parts().settings.max_error * 10_000, 2),
        suffixes=SCAN_SUFFIXES,
        batch_bytes=min(BATCH_BYTES, parts().settings.max_upload_bytes - 1_000_000),
        batch_files=BATCH_FILES,
        part_pages=PART_PAGES,
        part_documents=PART_DOCUMENTS,
        jobs=parts().ledger.jobs(limit=8, owner=caller().sees),
    )
