"""Scans that are uploaded, before they are submitted as a job."""

from typing import BinaryIO, cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from formdigits.errors import BadRequest
from submit_ui.parts import parts

scans = Blueprint("scans", __name__)


@scans.post("/scans")
def upload() -> ResponseReturnValue:
    """Keep the files of a multipart body, each under the hash of its content, so that sending one twice is harmless."""
    files = [file for _, file in request.files.items(multi=True)]
    if not files:
        raise BadRequest("send the scans as files of a multipart/form-data body")
    store = parts().scans
    ids = map(store.upload_id, store.save_many(cast("BinaryIO", file.stream) for file in files))
    return {
        "scans": [{"id": known, "name": file.filename or known} for known, file in zip(ids, files, strict=True)]
    }, 201
