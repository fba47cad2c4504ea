"""A page of a blank form as a picture to draw on: of an image, or drawn from a PDF."""

from base64 import b64encode

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from submit_ui.api.jobs import number_argument
from submit_ui.parts import parts

form_pictures = Blueprint("form_pictures", __name__)

MOST_PAGES = 20


@form_pictures.post("/form-pictures")
def draw() -> ResponseReturnValue:
    """The page `page` of the file in the body, and how many pages that has."""
    data, number = request.get_data(cache=False), number_argument("page", default=1, highest=MOST_PAGES)
    page = parts().documents.draw(data, number)
    return page._asdict() | {"png": b64encode(page.png).decode()}
