"""Scans that are uploaded, before they are submitted as a job."""

from pathlib import Path
from typing import BinaryIO, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from formdigits.errors import BadRequest
from submit_ui.parts import parts

scans = Blueprint("scans", __name__)


@scans.post("/scans")
def upload() -> ResponseReturnValue:
    """Keep the files of a multipart body, each under the hash of its content, so that sending one twice is harmless."""
    files = [file for _, file in request.files.items(multi=True)]
    if not files:
        raise BadRequest("send the scans as files of a multipart/form-data body")
    return {"scans": [save(file) for file in files]}, 201


def save(file: FileStorage) -> dict[str, str]:
    """Store one file; its id names it in a job."""
    kept = Path(parts().scans.save(cast("BinaryIO", file.stream)))
    return {"id": kept.relative_to(parts().settings.uploads).as_posix(), "name": file.filename or kept.name}
