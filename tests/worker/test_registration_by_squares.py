"""Black squares as marks: none says which one it is."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.errors import NoMarks, RegistrationResidual
from formdigits.form_template import FormTemplate
from formdigits.geometry import Box, to_scan_px
from samples.scanner import simulate
from tests.drawing import CARD, PX_PER_MM, blot, draw_seven, field_corners_px, homography_of, lay, print_page, with_page
from worker.registration import register

ARUCO = CARD.pages[0].registration
RULES = ARUCO.model_copy(update={"method": "squares", "mark_mm": 6.0})
SQUARES = with_page(registration=RULES, identity=None)
SQUARES_AND_CODE = with_page(registration=RULES)


def with_squares(form: FormTemplate = SQUARES) -> np.ndarray:
    page = print_page(with_page(identity=form.pages[0].identity))
    for mark in RULES.marks:
        blot(page, ARUCO.mark_box(mark).grown(0.5))
        blot(page, RULES.mark_box(mark), grey=15)
    return page


@given(
    turn_deg=st.sampled_from([0, 90, 180, 270]).flatmap(lambda turn: st.floats(turn - 10, turn + 10)),
    stretch=st.floats(0.9, 1.1),
    shear=st.floats(-0.04, 0.04),
    perspective=st.floats(-0.0004, 0.0004),
    px_per_mm=st.sampled_from([4.0, 6.0, 12.0]),
    missing=st.none() | st.integers(0, 3),
    form=st.sampled_from([SQUARES, SQUARES_AND_CODE]),
)
@settings(max_examples=25)
def test_any_turn_stretch_shear_and_perspective_is_found_also_without_one_mark(  # noqa: PLR0917
    turn_deg, stretch, shear, perspective, px_per_mm, missing, form
):
    # At 100 dpi three marks say too little of perspective, and the gate may refuse the page.
    px_per_mm = px_per_mm if missing is None else max(px_per_mm, 6.0)
    truth = homography_of(turn_deg=turn_deg, stretch=stretch, shear=shear, perspective=perspective, px_per_mm=px_per_mm)
    side = round(180 * px_per_mm)
    page = with_squares(form)
    if missing is not None:
        blot(page, RULES.mark_box(RULES.marks[missing]).grown(1))

    registration = register(lay(page, truth, (side, side)), form)

    off_px = field_corners_px(form, registration.homography) - field_corners_px(form, truth)
    assert np.linalg.norm(off_px, axis=1).max() / px_per_mm < 0.25
    assert registration.n_marks == (4 if missing is None else 3)


@pytest.mark.parametrize("form", [SQUARES, SQUARES_AND_CODE], ids=["without a code", "with a code"])
def test_a_page_upside_down_is_not_read_upside_down(form):
    scan = simulate(with_squares(form), np.random.default_rng(3), turn_deg=180)

    registration = register(scan, form)

    assert registration.homography[0, 0] < 0
    assert registration.homography[1, 1] < 0


def test_a_page_seen_in_a_mirror_is_refused():
    with pytest.raises((NoMarks, RegistrationResidual)):
        register(np.ascontiguousarray(with_squares()[:, ::-1]), SQUARES)


def test_a_stain_in_the_place_of_a_mark_does_not_spoil_the_others():
    page = with_squares()
    box = RULES.mark_box(RULES.marks[1])
    blot(page, box.grown(1))
    blot(page, Box(box.x - 3, box.y + 1, 5, 5), grey=15)

    registration = register(page, SQUARES)

    assert registration.n_marks == 3
    truth = np.diag([PX_PER_MM, PX_PER_MM, 1])
    assert np.abs(field_corners_px(SQUARES, registration.homography) - field_corners_px(SQUARES, truth)).max() < 1


def test_black_squares_elsewhere_on_the_page_are_no_marks():
    page = with_squares()
    for left in range(30, 120, 9):
        blot(page, Box(left, 80, 6, 6), grey=15)

    assert register(page, SQUARES).n_marks == 4


def test_writing_over_the_boxes_hides_no_line():
    page = with_squares()
    for field in SQUARES.fields:
        for cell in field.cells:
            draw_seven(page, cell.grown(2))

    assert register(page, SQUARES).n_marks == 4


def test_a_page_of_another_form_with_the_same_marks_has_its_lines_elsewhere():
    other = SQUARES.model_copy(
        update={
            "fields": tuple(
                field.model_copy(update={"boxes": field.boxes.model_copy(update={"origin": (22.0, 10 + field.box.y)})})
                for field in SQUARES.fields
            )
        }
    )

    with pytest.raises(RegistrationResidual, match="printed lines"):
        register(with_squares(), other)


def test_a_page_with_two_squares_is_refused():
    page = with_squares()
    for number in (0, 2):
        blot(page, RULES.mark_box(RULES.marks[number]).grown(1))

    with pytest.raises(NoMarks, match="no 3 of them"):
        register(page, SQUARES)


def test_grey_paper_under_uneven_light_on_a_black_glass_is_read():
    truth = homography_of(turn_deg=4, stretch=1, shear=0, perspective=0.0002, px_per_mm=6)
    scan = np.full((1080, 1080), 12, np.uint8)
    paper = lay(with_squares(), truth, (1080, 1080)).astype(np.float32)
    paper *= np.linspace(0.45, 0.9, 1080)[None, :]
    outline = to_scan_px(SQUARES.pages[0].box.corners, truth).round().astype(np.int32)
    inside = cv2.fillConvexPoly(np.zeros_like(scan), outline, (1,)) > 0
    scan[inside] = paper[inside].astype(np.uint8)

    registration = register(scan, SQUARES)

    assert np.abs(field_corners_px(SQUARES, registration.homography) - field_corners_px(SQUARES, truth)).max() < 1.5


def test_a_dithered_scan_is_found_by_its_squares():
    page = cv2.resize(with_squares(SQUARES_AND_CODE), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR)
    noise = np.random.default_rng(5).uniform(20, 235, page.shape)
    dots = np.where(page.astype(np.float64) * 0.92 > noise, 255, 0).astype(np.uint8)

    registration = register(dots, SQUARES_AND_CODE)

    truth = np.diag([1.5 * PX_PER_MM, 1.5 * PX_PER_MM, 1.0])
    assert registration.n_marks == 4
    assert np.abs(field_corners_px(SQUARES, registration.homography) - field_corners_px(SQUARES, truth)).max() < 2


@pytest.mark.parametrize("across", [False, True], ids=["down", "across"])
def test_a_streak_of_dust_across_two_marks_does_not_hide_them(across):
    page = with_squares()
    mark = RULES.mark_box(RULES.marks[0])
    streak = Box(0, mark.y + 4, 148, 0.4) if across else Box(mark.x + 4, 0, 0.4, 105)
    blot(page, streak, grey=20)

    assert register(page, SQUARES).n_marks == 4
