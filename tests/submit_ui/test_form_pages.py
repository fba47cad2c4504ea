"""The list of forms, the editor's page, and pictures of blank forms."""

import json
import re
from html import unescape

import cv2
import numpy as np
import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from submit_ui.form_print import print_form
from tests.documents import as_file

FORM = """
id: box-card
version: 3
title: A card of boxes
size: {width: 100, height: 100}
fields:
  - {name: number, boxes: {origin: [10, 10], size: [6, 8], pitch: 8, count: 4}}
"""


@pytest.fixture
def saved(api):
    return api.post("/api/v1/forms", data=FORM, content_type="text/yaml").json["form"]


def given_to(page: str, name: str):
    """What the page hands to its script."""
    return json.loads(unescape(re.search(rf"data-{name}='([^']*)'", page)[1]))


def test_every_form_is_shown_with_a_picture_of_its_boxes(browser, saved):
    page = browser.read("/forms")

    assert saved in page
    assert "water-meter-card@1" in page
    assert "single-digit@1" not in page
    assert page.count('class="cell-on-paper digits"') >= 4
    assert f'href="/forms/{saved}/print.pdf"' not in page  # it has no marks: it is for images


def test_the_editor_of_a_form_begins_with_its_next_version(browser, saved):
    page = browser.read(f"/forms/edit?form={saved}")

    assert given_to(page, "given")["form"] == saved
    assert 'data-next-version="4"' in page


def test_the_editor_of_a_new_form_knows_what_need_not_be_said(browser):
    page = browser.read("/forms/edit")

    assert given_to(page, "given") is None
    assert given_to(page, "defaults")["field"]["inset_mm"] == 0.6
    assert "<option>verhoeff</option>" in page


def test_a_form_that_is_not_there_is_not_edited(browser):
    assert browser.client.get("/forms/edit?form=nothing").status_code == 404


def test_a_form_is_printed_as_a_pdf(browser):
    answer = browser.client.get("/forms/water-meter-card@1/print.pdf")

    assert answer.data.startswith(b"%PDF")
    assert "water-meter-card-1.pdf" in answer.headers["Content-Disposition"]


def test_a_form_is_printed_once_for_every_serial_number(browser):
    one = browser.client.get("/forms/water-meter-card@1/print.pdf?serials=").data
    three = browser.client.get("/forms/water-meter-card@1/print.pdf?serials=7-9").data

    assert (len(PdfDocument(one)), len(PdfDocument(three))) == (1, 3)
    assert browser.client.get("/forms/water-meter-card@1/print.pdf?serials=9-7").status_code == 422


def test_a_page_of_a_blank_pdf_becomes_a_picture_to_draw_on(api, app):
    pdf = print_form(app.extensions["formdigits"].forms.get("water-meter-card"))

    drawn = api.post("/api/v1/form-pictures?page=1", data=pdf).json

    assert drawn["n_pages"] == 1
    assert drawn["height_px"] == 2400
    assert drawn["width_px"] / drawn["height_px"] == pytest.approx(210 / 297, abs=0.001)


def test_an_image_of_a_blank_form_is_kept_as_it_is(api):
    png = cv2.imencode(".png", np.full((40, 30), 255, np.uint8))[1].tobytes()

    drawn = api.post("/api/v1/form-pictures", data=png).json

    assert (drawn["n_pages"], drawn["width_px"], drawn["height_px"]) == (1, 30, 40)


@pytest.mark.parametrize(("size", "shown"), [((30_000, 1), (2400, 1)), ((1, 30_000), (1, 2400)), ((1, 1), (1, 1))])
def test_a_picture_of_hardly_any_height_is_drawn_as_a_line(api, size, shown):
    line = as_file(Image.new("L", size))

    drawn = api.post("/api/v1/form-pictures", data=line).json

    assert (drawn["width_px"], drawn["height_px"]) == shown


@pytest.mark.parametrize("data", [b"", b"no picture", b"%PDF-1.7 cut short"])
def test_what_is_no_picture_is_refused_by_name(api, data):
    answer = api.post("/api/v1/form-pictures", data=data)

    assert answer.status_code == 422
    assert answer.json["error"]["code"] in ("unreadable_file", "unsupported_type")
