import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.digit_crop import normalise
from formdigits.form_template import FormShelf
from formdigits.geometry import Box
from formdigits.scan import decode
from formdigits.shipped import shipped_folder
from samples.scanner import simulate
from tests.cutting import cut_cells
from tests.drawing import CARD, PX_PER_MM, blot, cell_of, draw_seven, draw_stroke, print_page
from worker.field_cut import CELL_PX
from worker.registration import register

READING = CARD.fields[0]
CELL_PX_PER_MM = CELL_PX / 8
BOX_PX = round(10 * CELL_PX_PER_MM), round(8 * CELL_PX_PER_MM)


def cut_reading(page: np.ndarray) -> list[np.ndarray]:
    return cut_cells(page, READING, register(page, CARD))


def ink_in(cell: np.ndarray) -> int:
    return int((cell < 150).sum())


@given(seed=st.integers(0, 10_000), wear=st.floats(0, 2), turn_deg=st.sampled_from([0.0, 90.0, 180.0, 270.0]))
@settings(max_examples=15)
def test_blank_cells_are_blank_and_inked_ones_are_not_whatever_the_scanner_does(seed, wear, turn_deg):
    page = print_page()
    draw_seven(page, cell_of("reading", 1))
    draw_seven(page, cell_of("reading", 3))
    scan = simulate(page, np.random.default_rng(seed), wear=wear, turn_deg=turn_deg)

    crops = [normalise(cell) for cell in cut_reading(scan)]

    assert [crop is not None for crop in crops] == [False, True, False, True]


def test_a_page_upside_down_gives_the_same_digits_in_the_same_order():
    page = print_page()
    draw_seven(page, cell_of("reading", 0))
    draw_stroke(page, (38, 32), (38, 38))

    upright = [normalise(cell) for cell in cut_reading(page)]
    turned = [normalise(cell) for cell in cut_reading(np.ascontiguousarray(page[::-1, ::-1]))]

    assert [crop is None for crop in turned] == [crop is None for crop in upright] == [False, False, True, True]
    for one, other in zip(upright[:2], turned[:2], strict=True):
        assert np.abs(one - other).mean() < 0.03


def test_a_cell_without_strokes_over_its_edge_is_as_large_as_its_box():
    page = print_page()
    draw_seven(page, cell_of("reading", 1))

    cells = cut_reading(page)

    for cell in cells:
        np.testing.assert_allclose(cell.shape, BOX_PX, atol=1)


@pytest.mark.parametrize("line_grey", [0, 90, 150, 210, 235])
def test_box_lines_of_any_grey_never_look_like_ink(line_grey):
    page = print_page()
    for cell in READING.cells:
        draw_stroke(page, *cell.corners, cell.corners[0], pen_mm=0.3, grey=line_grey)

    scan = simulate(page, np.random.default_rng(8))

    assert [normalise(cell) for cell in cut_reading(scan)] == [None] * 4


def test_a_digit_that_touches_dark_lines_keeps_what_is_between_them():
    page = print_page()
    for cell in READING.cells:
        draw_stroke(page, *cell.corners, cell.corners[0], pen_mm=0.3, grey=60)
    middle = READING.cells[2].x + 4
    draw_stroke(page, (middle, 30), (middle, 40))

    cell = cut_reading(page)[2]

    assert ink_in(cell) > 0.7 * ink_in(cut_reading_of_stroke(middle))


def cut_reading_of_stroke(middle: float) -> np.ndarray:
    page = print_page()
    draw_stroke(page, (middle, 30.5), (middle, 39.5))
    return cut_reading(page)[2]


def test_a_stroke_that_leaves_its_box_is_cut_whole():
    page = print_page()
    middle = READING.cells[2].x + 4
    draw_stroke(page, (middle, 33), (middle, 41))

    cells = cut_reading(page)

    assert cells[2].shape[0] > BOX_PX[0]
    rows = np.flatnonzero((cells[2] < 150).any(axis=1))
    assert len(rows) > 8.3 * CELL_PX_PER_MM
    assert len(rows) == rows[-1] - rows[0] + 1, "the line of the box must not cut it in two"


def test_a_neighbours_stroke_is_no_ink_of_this_box():
    page = print_page()
    left, right = READING.cells[1], READING.cells[2]
    draw_stroke(page, (left.x - 0.8, 35), (right.x + 0.6, 35), (right.x - 0.5, 33), (left.x + 2, 38))

    cells = cut_reading(page)

    assert [normalise(cell) is None for cell in cells] == [True, False, True, True]
    assert ink_in(cells[2]) == 0


def test_where_two_digits_touch_neither_loses_its_ink():
    page = print_page()
    left, right = READING.cells[1], READING.cells[2]
    draw_stroke(page, (left.x + 4, 32), (left.x + 4, 36), (right.x + 4, 36), (right.x + 4, 39), pen_mm=0.6)

    cells = cut_reading(page)

    for cell in cells[1:3]:
        assert ink_in(cell) > 5 * 0.6 * CELL_PX_PER_MM**2


def test_a_field_that_is_struck_through_is_not_blank():
    page = print_page()
    draw_stroke(page, (READING.box.x - 2, 34), (READING.box.right + 2, 36), pen_mm=0.6)

    cells = cut_reading(page)

    assert all(normalise(cell) is not None for cell in cells)


def test_a_blackened_box_is_not_blank():
    page = print_page()
    blot(page, cell_of("reading", 1), grey=30)

    cells = cut_reading(page)

    assert [normalise(cell) is None for cell in cells] == [True, False, True, True]
    assert ink_in(cells[1]) > 0.7 * BOX_PX[0] * BOX_PX[1]


@pytest.mark.parametrize(("ink", "paper"), [(170, 255), (110, 160), (60, 110)])
def test_pencil_and_grey_paper_are_told_apart(ink, paper):
    page = print_page()
    draw_seven(page, cell_of("reading", 2), grey=ink)
    scan = np.minimum(page, paper).astype(np.uint8)

    crops = [normalise(cell) for cell in cut_reading(scan)]

    assert [crop is not None for crop in crops] == [False, False, True, False]


def test_a_field_at_the_very_edge_of_the_scan_is_cut_with_white_around_it():
    page = print_page()
    registration = register(page, CARD)
    cut_off = np.ascontiguousarray(page[:, : round(50 * PX_PER_MM)])

    cells = cut_cells(cut_off, READING, registration)

    assert len(cells) == 4
    assert normalise(cells[3]) is None


def test_every_box_of_the_samples_is_blank_or_inked_as_the_truth_says():
    folder = shipped_folder("samples")
    truth = json.loads((folder / "truth.json").read_text())
    form = FormShelf([]).get(truth["form"])

    for name, fields in truth["pages"].items():
        page = decode((folder / name).read_bytes())
        registration = register(page, form)
        found = {
            field.name: "".join(
                "_" if normalise(cell) is None else "#" for cell in cut_cells(page, field, registration)
            )
            for field in form.fields
        }
        assert found == {key: "".join("_" if c == "_" else "#" for c in text) for key, text in fields.items()}, name


def test_fields_of_one_box_are_cut_as_well():
    field = READING.model_copy(update={"boxes": READING.boxes.model_copy(update={"count": 1})})
    page = print_page()
    draw_seven(page, Box(*field.cells[0]))

    [cell] = cut_cells(page, field, register(page, CARD))

    assert normalise(cell) is not None
