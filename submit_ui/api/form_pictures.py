"""A page of a blank form as a picture to draw on: of an image, or drawn from a PDF."""

from base64 import b64encode
from contextlib import closing
from io import BytesIO

import cv2
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from formdigits.documents import kind_of, open_document
from formdigits.scan import decode
from submit_ui.api.crops import decoding, reduced
from submit_ui.api.jobs import number_argument

form_pictures = Blueprint("form_pictures", __name__)

LONGEST_PX = 2400
"""About 200 dpi on A4: enough to draw on, and for a page to be found by what is printed on it."""
MOST_PAGES = 20


@form_pictures.post("/form-pictures")
def draw() -> ResponseReturnValue:
    """The page `page` of the file in the body, and how many pages that has."""
    data, number = request.get_data(cache=False), number_argument("page", default=1, highest=MOST_PAGES)
    with decoding:
        n_pages, page = page_of(data, number)
        picture = reduced(decode(page), LONGEST_PX)
    png = b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
    return {"n_pages": n_pages, "width_px": picture.shape[1], "height_px": picture.shape[0], "png": png}


def page_of(data: bytes, number: int) -> tuple[int, bytes]:
    """How many pages a file has, and one of them as an image."""
    if kind_of(data) not in ("pdf", "tiff"):
        return 1, data
    with closing(open_document(BytesIO(data))) as document:
        return document.count(), document.page(number)
