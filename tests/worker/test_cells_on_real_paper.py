"""Cells of forms that others printed, on paper that others handled."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formdigits.digit_crop import normalise
from formdigits.form_template.field import Boxes, Field
from formdigits.form_template.page import FormPage, Size
from tests.cutting import cut_cells, cut_page_cells
from worker.field_cut import CELL_PX
from worker.registration import Registration

PX_PER_MM = 8.0
PAGE = FormPage(size=Size(width=100, height=60))
LIES = Registration(np.array([[PX_PER_MM, 0, -0.5], [0, PX_PER_MM, -0.5], [0, 0, 1]]), 0.0, 4)
BLACK, BLUE, RED, FAINT_RED = (30, 30, 30), (150, 60, 40), (60, 50, 200), (175, 175, 240)
"""Blue, green and red."""


def row_of(shape: str = "separate", pitch: float = 8) -> Field:
    boxes = Boxes(origin=(20, 20), size=(7 if shape == "separate" else 8, 9), pitch=pitch, count=6, shape=shape)
    return Field(name="number", boxes=boxes)


def paper(colour: tuple[int, ...] = (250, 250, 250)) -> np.ndarray:
    return np.full((480, 800, 3), colour, np.uint8)


def line(page: np.ndarray, *points_mm: tuple[float, float], colour=BLACK, mm: float = 0.6) -> None:
    points = np.round(np.array(points_mm) * PX_PER_MM * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(page, [points], 0, colour, max(1, round(mm * PX_PER_MM)), cv2.LINE_AA, 4)


def print_boxes(page: np.ndarray, field: Field, colour=BLACK, mm: float = 0.3) -> None:
    """The boxes as their shape has them."""
    for box in field.cells:
        half = box.y + box.height / 2 if field.boxes.shape == "comb" else box.y
        line(page, (box.x, half), (box.x, box.bottom), (box.right, box.bottom), (box.right, half), colour=colour, mm=mm)
        if field.boxes.shape != "comb":
            line(page, (box.x, box.y), (box.right, box.y), colour=colour, mm=mm)


def four(page: np.ndarray, box, colour=BLACK) -> None:
    line(page, (box.x + 2, box.y + 1.5), (box.x + 1.5, box.y + 5), (box.right - 1.2, box.y + 5), colour=colour)
    line(page, (box.x + 4.6, box.y + 2), (box.x + 4.2, box.bottom - 1.2), colour=colour)


def inked(page: np.ndarray, field: Field, form_page: FormPage = PAGE) -> str:
    cells = cut_cells(page, field, LIES, form_page=form_page)
    return "".join("_" if normalise(cell) is None else "#" for cell in cells)


def ink_mm2(cell: np.ndarray, field: Field) -> float:
    px_per_mm = CELL_PX / min(field.cells[0].width, field.cells[0].height)
    return float((cell < 140).sum()) / px_per_mm**2


@pytest.mark.parametrize("shape", ["separate", "adjoining", "comb"])
@pytest.mark.parametrize("printed", [BLACK, (90, 90, 90), (230, 200, 160), (120, 120, 235)])
def test_printed_boxes_of_every_shape_and_colour_are_no_ink(shape, printed):
    field, page = row_of(shape), paper()
    print_boxes(page, field, colour=printed)

    assert inked(page, field) == "______"


@pytest.mark.parametrize("shape", ["separate", "adjoining", "comb"])
@pytest.mark.parametrize("pen", [BLACK, BLUE, RED, FAINT_RED])
def test_digits_of_every_pen_are_found_in_boxes_of_every_shape(shape, pen):
    field, page = row_of(shape), paper()
    print_boxes(page, field, colour=(90, 90, 90))
    for box in field.cells[1:5:2]:
        four(page, box, colour=pen)

    assert inked(page, field) == "_#_#__"


@given(shift=st.floats(-0.4, 0.4), along=st.floats(-0.4, 0.4), turn=st.floats(-0.004, 0.004))
@settings(max_examples=20, deadline=None)
def test_lines_are_found_where_they_are_and_not_only_where_they_should_be(shift, along, turn):
    field, page = row_of("adjoining"), paper()
    print_boxes(page, field)
    four(page, field.cells[2])
    moved = np.array([[1, -turn, along * PX_PER_MM], [turn, 1, shift * PX_PER_MM - turn * 350]])
    page = cv2.warpAffine(page, moved, (800, 480), borderValue=(250, 250, 250))

    assert inked(page, field) == "__#___"


@pytest.mark.parametrize("shape", ["adjoining", "comb"])
def test_a_stroke_that_crosses_a_dark_shared_line_is_joined_again(shape):
    field, page = row_of(shape), paper()
    print_boxes(page, field)
    box = field.cells[2]
    line(page, (box.x + 2, box.y + 2), (box.x + 5, box.y + 6), (box.x + 3, box.bottom + 1.2))

    cell = cut_cells(page, field, LIES, form_page=PAGE)[2]

    n_parts, _ = cv2.connectedComponents((cell < 140).astype(np.uint8))
    assert n_parts == 2, "paper and one stroke"


def test_the_bar_of_a_four_survives_where_it_meets_the_line():
    field, page = row_of("adjoining"), paper()
    box = field.cells[2]
    line(page, (box.x + 2, box.y + 1.5), (box.x + 1, box.y + 5), (box.right + 0.8, box.y + 5))
    line(page, (box.x + 5, box.y + 2), (box.x + 5, box.bottom - 1))
    without = ink_mm2(cut_cells(page, field, LIES)[2], field)
    print_boxes(page, field)

    with_lines = ink_mm2(cut_cells(page, field, LIES)[2], field)

    assert with_lines > 0.9 * without


def test_what_a_neighbour_writes_over_a_shared_line_is_not_mine():
    field, page = row_of("adjoining"), paper()
    print_boxes(page, field)
    left = field.cells[1]
    line(page, (left.x + 2, left.y + 2), (left.right + 0.9, left.y + 2), (left.x + 3, left.bottom - 1))

    assert inked(page, field) == "_#____"


def test_a_red_form_is_not_looked_at_in_red():
    field, page = row_of("adjoining"), paper()
    print_boxes(page, field, colour=(80, 80, 240), mm=0.5)
    line(page, (18, 22), (70, 27), colour=(90, 90, 240), mm=2)  # something printed right through the boxes
    four(page, field.cells[3])

    assert inked(page, field, PAGE.model_copy(update={"dropout": "red"})) == "___#__"
    assert inked(page, field) != "___#__"


def test_ignored_areas_are_paper():
    field, page = row_of(), paper()
    four(page, field.cells[0])
    four(page, field.cells[4])

    assert inked(page, field, PAGE.model_copy(update={"ignore": ((50.0, 15.0, 20.0, 20.0),)})) == "#_____"


@pytest.mark.parametrize("behind", [8, 120])
def test_a_punched_hole_is_paper(behind):
    field, page = row_of(), paper()
    cv2.circle(page, (round(19 * PX_PER_MM), round(24 * PX_PER_MM)), round(3 * PX_PER_MM), (behind,) * 3, -1)
    four(page, field.cells[1])

    assert inked(page, field) == "_#____"


def test_the_black_beyond_the_paper_is_paper():
    field, page = row_of(), paper()
    page[:, : round(22 * PX_PER_MM)] = 10
    four(page, field.cells[1])

    assert inked(page, field) == "_#____"


@pytest.mark.parametrize("way", ["down", "across"])
@pytest.mark.parametrize("level", [40, 150])
def test_a_streak_of_the_scanner_is_paper_and_what_it_crosses_stays(way, level):
    field, page = row_of(), paper()
    four(page, field.cells[1])
    four(page, field.cells[3])
    at = round(24 * PX_PER_MM)
    if way == "down":
        page[:, at : at + 3] = np.minimum(page[:, at : at + 3], level)
        page[:, at + 76 : at + 79] = np.minimum(page[:, at + 76 : at + 79], level)
        registration = LIES
    else:  # the page was put in across, so that the streak runs along the field
        page[at : at + 3] = np.minimum(page[at : at + 3], level)
        page = np.ascontiguousarray(np.rot90(page))
        turned = np.array([[0, 1, 0], [-1, 0, 799], [0, 0, 1]])
        registration = LIES._replace(homography=turned @ LIES.homography)

    cells = cut_cells(page, field, registration, form_page=PAGE)

    assert [normalise(cell) is not None for cell in cells] == [False, True, False, True, False, False]


def test_a_line_that_a_person_draws_through_the_field_is_ink():
    field, page = row_of(), paper()
    line(page, (18, 24), (71, 25))

    assert inked(page, field) == "######"


def test_what_shines_through_is_paper_beside_a_pen():
    fields, page = [row_of(), Field(name="below", boxes=Boxes(origin=(20, 40), size=(7, 9), pitch=8, count=6))], paper()
    four(page, fields[0].cells[0])
    for box in fields[1].cells:
        four(page, box, colour=(212, 212, 212))

    above, below = cut_page_cells(cv2.GaussianBlur(page, (0, 0), 1), fields, LIES, form_page=PAGE)

    assert [normalise(cell) is None for cell in above] == [False, True, True, True, True, True]
    assert all(normalise(cell) is None for cell in below)


def test_a_faint_pen_is_ink_where_there_is_no_other():
    field, page = row_of(), paper()
    four(page, field.cells[2], colour=(200, 200, 200))

    assert inked(page, field) == "__#___"


@given(level=st.integers(185, 250), ink=st.integers(20, 110))
@settings(max_examples=15, deadline=None)
def test_dithered_grey_paper_is_blank_and_the_pen_is_not(level, ink):
    field, page = row_of(), paper((level, level, level))
    print_boxes(page, field, colour=(0.8 * level,) * 3)
    four(page, field.cells[4], colour=(ink, ink, ink))
    dots = Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)).convert("1")

    assert inked(np.array(dots.convert("L")), field) == "____#_"
