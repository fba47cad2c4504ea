"""The first page: drop scans, choose a form, submit."""

from flask import render_template
from flask.typing import ResponseReturnValue

from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts
from submit_ui.scan_files import BATCH_BYTES, BATCH_FILES, IMAGE_SUFFIXES


@pages.get("/")
def submit_page() -> ResponseReturnValue:
    """Where a job begins."""
    found = [parts().forms.get(name) for name in parts().forms.names()]
    return render_template(
        "submit.html",
        forms=sorted(found, key=lambda form: form.registration.method == "none"),
        max_error_of_10_000=round(parts().settings.max_error * 10_000, 2),
        suffixes=sorted(IMAGE_SUFFIXES),
        batch_bytes=min(BATCH_BYTES, parts().settings.max_upload_bytes - 1_000_000),
        batch_files=BATCH_FILES,
        jobs=parts().ledger.jobs(limit=8),
    )
