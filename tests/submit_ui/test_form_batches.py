"""Printing forms of several pages, of every kind of box and mark, with serial numbers."""

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from formdigits.errors import BadRequest
from formdigits.form_template import parse_form
from formdigits.identity import PageIdentity, parse
from submit_ui.form_print import module_mm, parse_serials, print_form
from tests.drawing import CARD

PX_PER_MM = 8
SURVEY = """\
format: forms/1
id: survey
version: 3
title: A survey
pages:
  - size: {width: 215.9, height: 279.4}
    registration:
      method: aruco
      marks: [{id: 0, at: [14, 14]}, {id: 1, at: [201, 14]}, {id: 2, at: [201, 265]}, {id: 3, at: [14, 265]}]
    identity: {kind: qr, region: [160, 25, 30, 30]}
  - size: {width: 215.9, height: 279.4}
    dropout: red
    registration:
      method: squares
      marks: [{at: [14, 14]}, {at: [201, 14]}, {at: [201, 265]}, {at: [14, 265]}]
    identity: {kind: qr, region: [160, 25, 30, 30]}
fields:
  - name: answer
    kind: mark
    boxes: {origin: [24, 70], size: [5, 5], pitch: 30, count: 2}
    values: ["yes", "no"]
  - name: comb
    page: 2
    boxes: {origin: [24, 70], size: [8, 10], pitch: 8, count: 4, shape: comb}
  - name: joined
    page: 2
    boxes: {origin: [24, 100], size: [8, 10], pitch: 8, count: 4, shape: adjoining}
  - name: free
    page: 2
    area: [24, 130, 60, 12]
    length: 6
  - name: signature
    page: 2
    kind: image
    area: [24, 160, 80, 25]
"""
FORM = parse_form(SURVEY, "survey.yaml")


def rendered(pdf: bytes) -> list[np.ndarray]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=PX_PER_MM * 25.4 / 72).to_numpy()[:, :, :3] for page in document]
    document.close()
    return pages


@pytest.fixture(scope="module")
def pages() -> list[np.ndarray]:
    return rendered(print_form(FORM))


def darkest(page: np.ndarray, x: float, y: float) -> int:
    """The darkest grey within half a millimetre of a point on the form."""
    left, top = round((x - 0.5) * PX_PER_MM), round((y - 0.5) * PX_PER_MM)
    return int(page[top : top + PX_PER_MM, left : left + PX_PER_MM].min())


def codes(page: np.ndarray) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(np.ascontiguousarray(page))]


def test_every_page_has_its_size_and_says_which_it_is(pages):
    assert [codes(page) for page in pages] == [["survey@3"], ["survey@3#2"]]
    np.testing.assert_allclose([page.shape[:2] for page in pages], [(279.4 * PX_PER_MM, 215.9 * PX_PER_MM)] * 2, atol=1)


def test_black_squares_are_black_and_square(pages):
    for mark in FORM.pages[1].registration.marks:
        x, y = mark.at
        inside = pages[1][round((y - 4.8) * PX_PER_MM) : round((y + 4.8) * PX_PER_MM), round(x * PX_PER_MM)]
        assert inside.max() == 0
        assert darkest(pages[1], x + 6, y) == 255


def test_a_comb_has_a_base_line_and_the_lower_half_of_its_teeth(pages):
    assert darkest(pages[1], 28, 80) < 255
    assert darkest(pages[1], 28, 70) == 255
    assert darkest(pages[1], 32, 78) < 255
    assert darkest(pages[1], 32, 72) == 255


def test_boxes_and_areas_have_all_their_lines(pages):
    for x, y in ((28, 100), (28, 110), (32, 105), (24, 105), (56, 105), (84, 136), (60, 130), (104, 170)):
        assert darkest(pages[1], x, y) < 255
    assert darkest(pages[1], 54, 136) == 255


def test_a_page_that_is_read_without_red_is_printed_in_red(pages):
    blue, _, red = pages[1][round(100 * PX_PER_MM), round(28 * PX_PER_MM)]

    assert red == 255
    assert blue < 200


def test_the_values_of_a_mark_stand_beside_its_boxes_and_not_in_them(pages):
    def ink_in(left: float, right: float) -> bool:
        return bool(
            (pages[0][70 * PX_PER_MM : 75 * PX_PER_MM, round(left * PX_PER_MM) : round(right * PX_PER_MM)] < 128).any()
        )

    assert ink_in(30, 40)
    assert ink_in(60, 70)
    assert not ink_in(24, 29)
    assert not ink_in(54, 59)


def test_each_copy_has_its_number_and_the_pages_of_a_copy_lie_together():
    texts = [code for page in rendered(print_form(FORM, parse_serials("9-11"))) for code in codes(page)]

    assert [parse(text) for text in texts] == [
        PageIdentity("survey@3", number, serial) for serial in ("000009", "000010", "000011") for number in (1, 2)
    ]


def test_the_sheets_of_a_batch_differ_in_their_number_alone():
    one, two = rendered(print_form(CARD, parse_serials("1-2")))

    different = np.argwhere((one != two).any(axis=2)) / PX_PER_MM

    code = CARD.pages[0].identity.box
    in_code = (different >= (code.y, code.x)).all(axis=1) & (different <= (code.bottom, code.right)).all(axis=1)
    assert in_code.any()
    assert (different[~in_code][:, 0] > 93).all()  # the line at the bottom


def test_a_batch_costs_little_for_each_sheet():
    alone, batch = (len(print_form(CARD, parse_serials(text))) for text in ("1-1", "1-51"))

    assert (batch - alone) / 50 < 2500


@pytest.mark.parametrize("text", ["", "5", "7-3", "a-b", "1-2-3", "1-", "-5", "1-9999999999999"])
def test_serials_that_are_no_range_are_refused(text):
    with pytest.raises(BadRequest, match="1-500"):
        parse_serials(text)


def test_long_serials_have_the_same_length():
    assert list(parse_serials("999999-1000001").numbers()) == ["0999999", "1000000", "1000001"]


def test_a_batch_that_is_too_large_says_how_large_one_may_be():
    with pytest.raises(BadRequest, match="6000 pages, and a PDF may have 5000"):
        print_form(FORM, parse_serials("1-3000"))


def test_a_form_of_others_is_not_printed():
    others = FORM.pages[0].model_copy(
        update={"registration": FORM.pages[0].registration.model_copy(update={"marks": ()})}
    )
    form = FORM.model_copy(update={"pages": (others, FORM.pages[1])})

    with pytest.raises(BadRequest, match="without corner marks"):
        print_form(form)


def test_words_stay_clear_of_a_code_between_the_upper_marks():
    page = CARD.pages[0]
    form = CARD.model_copy(
        update={
            "title": "W" * 60,
            "pages": (
                page.model_copy(update={"identity": page.identity.model_copy(update={"region": (30, 5, 22, 22)})}),
            ),
        }
    )

    [picture] = rendered(print_form(form))

    assert codes(picture) == ["test-card@1"]
    region = picture[5 * PX_PER_MM : 27 * PX_PER_MM, 30 * PX_PER_MM : 52 * PX_PER_MM]
    border = round(22 / 33 * 4 * PX_PER_MM) - 3
    assert region[:border].min() == 255
    assert region[:, -border:].min() == 255


def test_letters_of_other_scripts_are_printed_and_not_left_out():
    russian, empty = (rendered(print_form(CARD.model_copy(update={"title": title})))[0] for title in ("Вода", " "))

    assert cv2.absdiff(russian, empty)[: 15 * PX_PER_MM].max() > 200


def test_the_dots_of_a_code_are_measured_with_a_serial_number_in_it():
    assert module_mm(CARD, 1) == pytest.approx(22 / 33)
