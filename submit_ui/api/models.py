"""Model versions: which there are, which one reads, and moving between them."""

from io import BytesIO

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from formdigits.errors import NotFound
from submit_ui.parts import parts
from submit_ui.shapes import models_json

models = Blueprint("models", __name__)

REPORT_KINDS = {".png", ".json", ".csv", ".txt"}
"""Nothing in a report that a browser would run."""


@models.get("/models")
def listing() -> ResponseReturnValue:
    """All versions, newest first, and the current one."""
    return models_json(parts().models)


@models.post("/models/<version>/promote")
def promote(version: str) -> ResponseReturnValue:
    """Make a version current."""
    parts().models.promote(version)
    return {"current": parts().models.current()}


@models.post("/models/roll-back")
def roll_back() -> ResponseReturnValue:
    """Make the version current that was so before."""
    return {"current": parts().models.roll_back()}


@models.get("/models/<version>/report/<file>")
def report(version: str, file: str) -> ResponseReturnValue:
    """One file of a version's report."""
    if not any(file.endswith(kind) for kind in REPORT_KINDS):
        raise NotFound(f"the report of {version} has no file {file!r}")
    return send_file(BytesIO(parts().models.report_file(version, file)), download_name=file, max_age=86_400)
