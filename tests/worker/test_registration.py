import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.errors import NoMarks, PageUnknown, RegistrationResidual, WrongForm
from formdigits.geometry import Box
from samples.scanner import simulate
from tests.drawing import (
    CARD,
    PX_PER_MM,
    another_card,
    blot,
    field_corners_px,
    homography_of,
    lay,
    print_page,
    with_page,
)
from worker.registration import register
from worker.registration.aruco import has_marks_in_corners, look_for_marks

CARD_PAGE = CARD.pages[0]
SMALL_MARKS = with_page(registration=CARD_PAGE.registration.model_copy(update={"mark_mm": 6}))
"""The card, its marks near enough to its corners."""


def mark_box(number: int) -> Box:
    return CARD_PAGE.registration.mark_box(CARD_PAGE.registration.marks[number])


@given(
    turn_deg=st.floats(-180, 180),
    stretch=st.floats(0.95, 1.05),
    shear=st.floats(-0.03, 0.03),
    perspective=st.floats(-0.0003, 0.0003),
    px_per_mm=st.sampled_from([6.0, PX_PER_MM, 12.0]),
)
@settings(max_examples=25)
def test_registration_finds_any_turn_stretch_shear_and_perspective_within_a_pixel(
    turn_deg, stretch, shear, perspective, px_per_mm
):
    truth = homography_of(turn_deg=turn_deg, stretch=stretch, shear=shear, perspective=perspective, px_per_mm=px_per_mm)
    side = round(180 * px_per_mm)
    scan = lay(print_page(), truth, (side, side))

    registration = register(scan, CARD)

    off_px = field_corners_px(CARD, registration.homography) - field_corners_px(CARD, truth)
    assert np.linalg.norm(off_px, axis=1).max() < 1
    assert registration.residual_mm < 0.1
    assert registration.n_marks == 4


@pytest.mark.parametrize("turn_deg", [0, 90, 180, 270])
def test_a_page_is_found_whichever_way_it_was_put_in(turn_deg):
    scan = simulate(print_page(), np.random.default_rng(4), turn_deg=turn_deg)

    registration = register(scan, CARD)

    right = registration.homography[:2, 0] / np.linalg.norm(registration.homography[:2, 0])
    expected = np.cos(np.deg2rad(turn_deg)), -np.sin(np.deg2rad(turn_deg))
    np.testing.assert_allclose(right, expected, atol=0.1)


@pytest.mark.parametrize("resize", [0.5, 0.75, 1.5, 3])
def test_marks_are_found_from_100_to_600_dpi(resize):
    scan = simulate(print_page(), np.random.default_rng(5), resize=resize)

    assert register(scan, CARD).residual_mm < 0.15


def test_small_marks_are_found_on_a_second_look():
    scan = np.full((3300, 2400), 200, np.uint8)  # the card lies on a glass of A4
    page = simulate(print_page(SMALL_MARKS), np.random.default_rng(5))
    scan[300 : 300 + page.shape[0], 200 : 200 + page.shape[1]] = page

    assert register(scan, SMALL_MARKS).n_marks == 4


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (40, 40)])
def test_a_page_without_marks_is_refused_with_what_was_found(shape):
    with pytest.raises(NoMarks, match="found 0 of the 4 corner marks"):
        register(np.full(shape, 255, np.uint8), CARD)


def test_noise_is_no_mark():
    noise = np.random.default_rng(6).integers(0, 256, (900, 700), np.uint8)

    with pytest.raises(NoMarks):
        register(noise, CARD)


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("turn_deg", [0, 90, 182.5, 270])
def test_marks_in_the_corners_of_a_scan_are_found_there_as_on_all_of_it(turn_deg, step):
    scan = simulate(print_page(SMALL_MARKS), np.random.default_rng(7), turn_deg=turn_deg, resize=1.5)
    marks = SMALL_MARKS.pages[0].registration.marks

    found = look_for_marks(scan, marks, step, in_corners=True)

    assert has_marks_in_corners(SMALL_MARKS.pages[0])
    assert [mark for mark, _ in found] == list(marks)
    for (_, corners), (_, expected) in zip(found, look_for_marks(scan, marks, step), strict=True):
        np.testing.assert_allclose(corners, expected, atol=0.1)


def test_marks_of_two_sheets_are_not_taken_for_those_of_one():
    form = with_page(SMALL_MARKS, identity=None)
    scan = np.vstack([print_page(form)] * 2)

    with pytest.raises((NoMarks, RegistrationResidual)):
        register(scan, form)


def test_a_page_that_lost_one_mark_is_still_registered():
    page = print_page()
    blot(page, mark_box(2).grown(2))

    registration = register(page, CARD)

    assert registration.n_marks == 3
    off_px = field_corners_px(CARD, registration.homography) - field_corners_px(
        CARD, np.diag([PX_PER_MM, PX_PER_MM, 1])
    )
    assert np.abs(off_px).max() < 1.5


def test_a_page_that_lost_two_marks_is_refused():
    page = print_page()
    blot(page, mark_box(0).grown(2))
    blot(page, mark_box(2).grown(2))

    with pytest.raises(NoMarks, match="found 2 of the 4"):
        register(page, CARD)


def test_a_mark_that_is_there_twice_is_not_trusted():
    page = print_page()
    size = round(14 * PX_PER_MM)
    page[round(46 * PX_PER_MM) :][:size, round(66 * PX_PER_MM) :][:, :size] = page[
        round(5 * PX_PER_MM) :, round(5 * PX_PER_MM) :
    ][:size, :size]

    assert register(page, CARD).n_marks == 3


def test_a_page_seen_in_a_mirror_is_no_page():
    with pytest.raises(NoMarks):
        register(np.ascontiguousarray(print_page()[:, ::-1]), CARD)


def test_marks_that_do_not_lie_as_on_the_form_are_refused_with_numbers():
    page = print_page()
    moved = print_page()
    blot(page, mark_box(3).grown(2))
    down = round(4 * PX_PER_MM)
    box = mark_box(3).grown(1.5)
    rows = slice(round(box.y * PX_PER_MM), round(box.bottom * PX_PER_MM))
    columns = slice(round(box.x * PX_PER_MM), round(box.right * PX_PER_MM))
    page[rows.start - down : rows.stop - down, columns] = moved[rows, columns]

    with pytest.raises(RegistrationResidual, match=r"off by \d\.\d\d mm and 0\.13 mm is allowed"):
        register(page, CARD)


@pytest.mark.parametrize("other", [another_card(id="other-card"), another_card(version="2")], ids=lambda form: form.ref)
def test_a_page_of_another_form_is_refused_by_its_name(other):
    page = simulate(print_page(other), np.random.default_rng(7))

    with pytest.raises(WrongForm, match=f"code says '{other.ref}'.*submitted as 'test-card@1'"):
        register(page, CARD)


def test_a_page_whose_code_is_covered_is_not_guessed_at():
    page = print_page()
    blot(page, CARD_PAGE.identity.box)

    with pytest.raises(PageUnknown, match="is this page a 'test-card@1'"):
        register(page, CARD)


def test_a_form_without_a_code_takes_any_page_with_its_marks():
    form = with_page(identity=None)

    assert register(print_page(), form).n_marks == 4


def test_marks_that_touch_a_black_edge_are_found_by_the_others():
    page = print_page()
    blot(page, Box(0, 0, mark_box(0).x + 0.2, 105), grey=10)

    registration = register(page, CARD)

    assert registration.n_marks == 4
    truth = np.diag([PX_PER_MM, PX_PER_MM, 1])
    assert np.abs(field_corners_px(CARD, registration.homography) - field_corners_px(CARD, truth)).max() < 1.5


def test_marks_beyond_the_edge_of_the_scan_are_not_made_up():
    page = np.ascontiguousarray(print_page()[:, round(14 * PX_PER_MM) :])

    with pytest.raises(NoMarks, match="found 2 of the 4"):
        register(page, CARD)


def test_other_marks_in_the_place_of_two_are_not_taken_for_them():
    page, patterns = print_page(), cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, other in ((0, 8), (3, 26)):
        box = mark_box(number)
        left, top, side = (round(length * PX_PER_MM) for length in (box.x, box.y, box.width))
        page[top : top + side, left : left + side] = cv2.aruco.generateImageMarker(patterns, other, side)

    with pytest.raises(NoMarks, match="found 2 of the 4"):
        register(page, CARD)


def test_the_dots_of_a_dithered_scan_do_not_move_the_corners_of_marks():
    rng = np.random.default_rng(11)
    page = print_page()
    blot(page, mark_box(1).grown(2))
    grey = cv2.resize(page, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    dithered = np.where(cv2.GaussianBlur(grey, (0, 0), 1.2) > rng.integers(20, 236, grey.shape), 255, 0)

    registration = register(dithered.astype(np.uint8), CARD)

    assert registration.n_marks == 3
    assert registration.residual_mm < 0.1


def test_a_streak_of_dust_across_the_code_does_not_hide_it():
    page, code = print_page(), CARD_PAGE.identity.box
    blot(page, Box(code.x + 1.5, 0, 0.6, 105), grey=20)
    blot(page, Box(code.x + 5.5, 0, 0.6, 105), grey=20)

    assert register(page, CARD).n_marks == 4
