import cv2
import numpy as np
import pytest

from formdigits.form_template import parse_form
from formdigits.geometry import Box
from formdigits.readings import Outcome
from tests.drawing import CARD_YAML, PX_PER_MM, blot, draw_stroke, print_page
from worker.cells import cells_of, lightest_ink
from worker.field_cut import cut_fields
from worker.marks import MarkReading, decide_marks, image_reading, read_marks
from worker.registration import Registration

MARKS_YAML = (
    CARD_YAML
    + """\
  - name: sex
    kind: mark
    values: [f, m, x]
    boxes: {origin: [24, 80], size: [4, 4], pitch: 10, count: 3}
"""
)
FORM = parse_form(MARKS_YAML, "marks.yaml")
SEX = FORM.fields[-1]
EDGE_TO_EDGE = Registration(np.diag([PX_PER_MM, PX_PER_MM, 1.0]), 0.0, 4)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
EMPTY, TICKED = MarkReading(0.0, marked=False, confidence=1.0), MarkReading(0.3, marked=True, confidence=1.0)
BLACK = MarkReading(0.95, marked=True, confidence=1.0, blackened=True)
FAINT = MarkReading(0.02, marked=True, confidence=0.5)


def tick(page: np.ndarray, box: Box) -> None:
    points = (box.x + 0.8, box.y + 2), (box.x + 1.6, box.y + 3.2), (box.x + 4.6, box.y - 1)
    draw_stroke(page, *points, pen_mm=0.5)


def cross(page: np.ndarray, box: Box) -> None:
    draw_stroke(page, (box.x + 0.5, box.y + 0.5), (box.right - 0.5, box.bottom - 0.5), pen_mm=0.5)
    draw_stroke(page, (box.right - 0.5, box.y + 0.5), (box.x + 0.5, box.bottom - 0.5), pen_mm=0.5)


def fill(page: np.ndarray, box: Box) -> None:
    blot(page, box.grown(0.2), grey=40)


def scribble(page: np.ndarray, box: Box) -> None:
    points = [(box.x + (0.3 if i % 2 else 3.7), box.y + 0.3 + 3.4 * i / 9) for i in range(10)]
    draw_stroke(page, *points, pen_mm=0.5)


def seen(page: np.ndarray) -> list[MarkReading]:
    [cuts] = cut_fields(page, [SEX], EDGE_TO_EDGE)
    lightest = lightest_ink([cuts])
    [cells] = cells_of(cuts, lightest)
    return read_marks(cells, cuts, lightest)


def decided(*marks: MarkReading, **changes: object):
    return decide_marks(SEX.model_copy(update=changes), marks, polygon_px=CORNERS)


@pytest.mark.parametrize("mark", [tick, cross, fill, scribble])
@pytest.mark.parametrize("box", [0, 1, 2])
def test_a_box_that_is_ticked_crossed_or_filled_is_marked_and_the_others_are_not(mark, box):
    page = print_page(FORM)
    mark(page, SEX.cells[box])

    marks = seen(page)

    assert [one.marked for one in marks] == [number == box for number in range(3)]
    assert not any(one.faint for one in marks)


@pytest.mark.parametrize(("mark", "black"), [(tick, False), (cross, False), (fill, True), (scribble, True)])
def test_only_a_box_that_is_filled_is_blackened(mark, black):
    page = print_page(FORM)
    mark(page, SEX.cells[1])

    assert seen(page)[1].blackened == black


def test_a_dot_of_the_pen_is_neither_marked_nor_blank_for_sure():
    page = print_page(FORM)
    draw_stroke(page, (36, 82), (36, 82), pen_mm=0.6)

    field = decide_marks(SEX, seen(page), polygon_px=CORNERS)

    assert field.outcome is Outcome.REVIEW
    assert [doubt.code for doubt in field.doubts] == ["faint_mark"]


def test_a_tick_that_reaches_into_the_next_box_does_not_mark_it():
    page = print_page(FORM)
    first, second = SEX.cells[:2]
    draw_stroke(page, (first.x + 1, 82), (first.x + 2, 83.2), (second.x + 0.7, 81.5), pen_mm=0.4)

    assert [one.marked for one in seen(page)] == [True, False, False]


def test_dark_lines_around_boxes_are_no_marks():
    page = print_page(FORM)
    for box in SEX.cells:
        draw_stroke(page, *box.corners, box.corners[0], pen_mm=0.3, grey=20)

    assert [one.share for one in seen(page)] == [0, 0, 0]


def test_a_red_tick_on_a_colour_scan_is_a_mark():
    page = cv2.cvtColor(print_page(FORM), cv2.COLOR_GRAY2BGR)
    cv2.line(page, *[(round(x * PX_PER_MM), round(y * PX_PER_MM)) for x, y in [(25, 83), (27, 81)]], (150, 150, 240), 4)

    assert [one.marked for one in seen(page)] == [True, False, False]


def test_one_marked_box_is_accepted_with_its_value():
    field = decided(EMPTY, TICKED, EMPTY)

    assert (field.kind, field.text, field.value, field.outcome) == ("mark", "m", "m", Outcome.ACCEPTED)
    assert field.polygon_px == CORNERS


def test_no_marked_box_is_blank():
    field = decided(EMPTY, EMPTY, EMPTY)

    assert (field.text, field.outcome, field.doubts) == ("", Outcome.BLANK, ())


def test_a_required_mark_must_not_be_blank():
    field = decided(EMPTY, EMPTY, EMPTY, required=True)

    assert (field.outcome, [doubt.code for doubt in field.doubts]) == (Outcome.REVIEW, ["required"])


def test_two_marks_where_one_may_be_are_looked_at():
    field = decided(TICKED, EMPTY, TICKED)

    assert (field.outcome, field.text, field.value) == (Outcome.REVIEW, "f,x", None)
    assert [doubt.code for doubt in field.doubts] == ["two_marks"]


def test_several_marks_where_any_may_be_are_accepted():
    field = decided(TICKED, EMPTY, TICKED, choose="any")

    assert (field.outcome, field.value) == (Outcome.ACCEPTED, "f,x")


@pytest.mark.parametrize("choose", ["one", "any"])
def test_a_box_blackened_beside_one_ticked_may_be_taken_back(choose):
    field = decided(BLACK, TICKED, EMPTY, choose=choose)

    assert field.outcome is Outcome.REVIEW
    assert [doubt.code for doubt in field.doubts] == ["two_marks"]
    assert "blackened: f" in field.doubts[0].message


def test_one_blackened_box_alone_is_a_mark():
    assert decided(EMPTY, BLACK, EMPTY).outcome is Outcome.ACCEPTED


def test_a_trace_of_ink_is_looked_at():
    field = decided(TICKED, FAINT, EMPTY, choose="any")

    assert field.outcome is Outcome.REVIEW
    assert "at m" in field.doubts[0].message


def test_of_an_image_nothing_is_read():
    field = image_reading(SEX, CORNERS)

    assert (field.kind, field.text, field.cells, field.outcome) == ("image", "", (), Outcome.ACCEPTED)
