"""The picture of a field, cut from its scan, so that people can look at it beside the reading."""

from functools import lru_cache
from threading import Lock

import cv2
from flask import Blueprint, Response

from formdigits.arrays import Scan
from formdigits.errors import NotFound, PageError
from formdigits.field_crop import cut_polygon
from formdigits.readings import PageReading
from formdigits.scan import decode_scan
from submit_ui.parts import parts
from submit_ui.pictures import reduced

crops = Blueprint("crops", __name__)

LARGEST_CROP_PX = 900
LARGEST_PAGE_PX = 1600

decoding = Lock()
"""One scan is decoded at a time, and a page's next field finds it decoded: large scans take memory."""


@crops.get("/jobs/<job_id>/pages/<int:number>/fields/<name>.png")
def field_png(job_id: str, number: int, name: str) -> Response:
    """One field, upright."""
    row = parts().ledger.page(job_id, number)
    reading = row.result if isinstance(row.result, PageReading) else None
    field = next((field for field in reading.fields if field.name == name), None) if reading else None
    if reading is None or field is None:
        raise NotFound(f"page {number} has no reading of a field {name!r}")
    margin = 0.0 if reading.residual_mm is None else 0.1  # an image that is one field has nothing around it
    return png(reduced(cut_polygon(decoded(row.path), field.polygon_px, margin=margin), LARGEST_CROP_PX))


@crops.get("/jobs/<job_id>/pages/<int:number>/scan.png")
def scan_png(job_id: str, number: int) -> Response:
    """The whole scan, as it lies."""
    return png(reduced(decoded(parts().ledger.page(job_id, number).path), LARGEST_PAGE_PX))


def decoded(path: str) -> Scan:
    """The page's pixels."""
    try:
        with decoding:
            return decode_path(path)
    except PageError as error:
        raise NotFound(f"the scan cannot be shown: {error}") from error


@lru_cache(maxsize=3)
def decode_path(path: str) -> Scan:
    """Read and decode one scan; the last few are kept."""
    return decode_scan(parts().scans.read(path))


def png(picture: Scan) -> Response:
    """As PNG that the browser may keep: a reading and its scan do not change."""
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return Response(cv2.imencode(".png", picture)[1].tobytes(), content_type="image/png", headers=headers)
