"""The gate: what is not sure is refused, whatever the marks say."""

import cv2
import numpy as np
import pytest

from formdigits.errors import BlankPage, NoMarks, PageUnknown, RegistrationResidual
from formdigits.form_template import FormTemplate
from formdigits.geometry import Box
from tests.drawing import (
    CARD,
    PX_PER_MM,
    blot,
    draw_stroke,
    field_corners_px,
    homography_of,
    lay,
    print_page,
    with_page,
)
from worker.registration import register
from worker.registration.line_hit import line_hit

WITHOUT_CODE = with_page(identity=None)
STRAIGHT = np.diag([PX_PER_MM, PX_PER_MM, 1.0])


def moved(right_mm: float, down_mm: float, *, only: int | None = None) -> FormTemplate:
    """The card without a code, with its fields, or one of them, elsewhere."""
    fields = list(CARD.fields)
    for i in range(len(fields)) if only is None else [only]:
        boxes = fields[i].boxes
        origin = boxes.origin[0] + right_mm, boxes.origin[1] + down_mm
        fields[i] = fields[i].model_copy(update={"boxes": boxes.model_copy(update={"origin": origin})})
    return WITHOUT_CODE.model_copy(update={"fields": tuple(fields)})


def lost(number: int, page: np.ndarray) -> np.ndarray:
    """The page without one of its marks."""
    rules = CARD.pages[0].registration
    blot(page, rules.mark_box(rules.marks[number]).grown(2))
    return page


def test_all_lines_of_a_page_are_found_at_any_resolution_and_in_faint_print():
    for px_per_mm in (4, 8, 16):
        truth = homography_of(turn_deg=3, stretch=1, shear=0, perspective=0, px_per_mm=px_per_mm)
        faint = np.clip(print_page().astype(np.int16) // 2 + 127, 0, 255).astype(np.uint8)
        scan = lay(faint, truth, (180 * px_per_mm, 180 * px_per_mm))

        assert line_hit(scan, CARD.fields, truth) > 0.9


@pytest.mark.parametrize("where", [(1.5, 0), (-1.5, 0), (9.5, 0), (0, 1.5), (0, -2), (3, 3)])
@pytest.mark.parametrize("only", [None, 0, 1])
def test_a_form_whose_boxes_are_elsewhere_is_another_form(where, only):
    with pytest.raises(RegistrationResidual, match="printed lines"):
        register(print_page(WITHOUT_CODE), moved(*where, only=only))


def test_a_field_that_is_not_on_the_scan_is_not_read_as_blank():
    page = lost(3, print_page())[: round(65 * PX_PER_MM)]
    form = with_page(registration=CARD.pages[0].registration.model_copy(update={"min_marks": 3}))

    with pytest.raises(NoMarks):
        register(page, form)

    low = moved(0, 40, only=1)
    with pytest.raises(RegistrationResidual, match=r"'account' is not wholly on the scan"):
        register(print_page(WITHOUT_CODE)[: round(103 * PX_PER_MM)], low)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
@pytest.mark.parametrize("perspective", [-0.0004, 0.0003])
def test_the_lines_show_the_perspective_that_three_marks_leave_open(number, perspective):
    truth = homography_of(turn_deg=5, stretch=1, shear=0.01, perspective=perspective, px_per_mm=8)
    scan = lay(lost(number, print_page()), truth, (1440, 1440))

    registration = register(scan, CARD)

    assert registration.n_marks == 3
    off_px = field_corners_px(CARD, registration.homography) - field_corners_px(CARD, truth)
    assert np.linalg.norm(off_px, axis=1).max() / 8 < 0.2


def test_three_marks_are_enough_for_a_form_without_boxes():
    areas = tuple(field.model_copy(update={"boxes": None, "area": tuple(field.box)}) for field in CARD.fields)
    form = CARD.model_copy(update={"fields": areas})

    registration = register(lost(2, print_page()), form)

    assert (registration.n_marks, registration.line_hit) == (3, None)


def test_a_fax_without_light_lines_is_read_by_three_marks_and_its_code():
    fax = np.where(lost(0, print_page()) > 110, 255, 0).astype(np.uint8)

    registration = register(fax, CARD)

    assert (registration.n_marks, registration.line_hit) == (3, None)
    assert np.abs(field_corners_px(CARD, registration.homography) - field_corners_px(CARD, STRAIGHT)).max() < 1


def test_a_fax_without_light_lines_and_without_a_code_is_refused():
    fax = np.where(print_page(WITHOUT_CODE) > 110, 255, 0).astype(np.uint8)

    with pytest.raises(RegistrationResidual, match="Scan it in grey or colour"):
        register(fax, WITHOUT_CODE)


@pytest.mark.parametrize("paper", [255, 200, 110])
def test_a_sheet_with_nothing_but_specks_holes_and_shadows_is_blank(paper):
    page = np.full((1100, 800), paper, np.float32)
    page *= np.linspace(0.8, 1, 800)[None, :]
    page[::97, ::89] -= 60
    for y in (400, 700):
        cv2.circle(page, (22, y), 12, (0,), -1)

    with pytest.raises(BlankPage):
        register(page.clip(0, 255).astype(np.uint8), CARD)


def test_a_sheet_with_a_line_of_writing_is_not_blank():
    page = np.full((1100, 800), 240, np.uint8)
    for left in range(30, 70, 5):
        draw_stroke(page, (left, 40), (left + 3, 44), (left + 1, 48))

    with pytest.raises(NoMarks):
        register(page, CARD)


def test_a_black_page_is_not_blank():
    with pytest.raises(NoMarks):
        register(np.zeros((1100, 800), np.uint8), CARD)


def test_a_code_in_another_place_is_not_the_forms():
    page = print_page()
    box = CARD.pages[0].identity.box
    rows = slice(round(box.y * PX_PER_MM), round(box.bottom * PX_PER_MM))
    columns = slice(round(box.x * PX_PER_MM), round(box.right * PX_PER_MM))
    code = page[rows, columns].copy()
    blot(page, Box(*box))
    down = round(40 * PX_PER_MM)
    page[rows.start + down : rows.stop + down, columns] = code

    with pytest.raises((RegistrationResidual, PageUnknown)):
        register(page, CARD)
