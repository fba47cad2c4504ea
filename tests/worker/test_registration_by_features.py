"""Forms that we did not print: the page is compared with the picture of the blank one."""

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.errors import BlankPage, FormTemplateInvalid, NoMarks, RegistrationResidual
from formdigits.form_template import RegistrationRules
from samples.scanner import simulate
from tests.drawing import PX_PER_MM, blot, field_corners_px, homography_of, lay, with_page
from worker.registration import register

FOREIGN = with_page(registration=RegistrationRules(method="features"), identity=None, reference="blank.png")
WORDS = "account number street postal code telephone date of birth please write signature office total amount".split()


class Blanks:
    """Pictures of blank pages, the same for all forms."""

    def __init__(self, picture: np.ndarray | None) -> None:
        self.picture = picture

    def reference(self, ref: str, page_number: int) -> np.ndarray | None:
        return self.picture


@cache
def foreign_page(seed: int = 1) -> np.ndarray:
    """A form that somebody else printed: words, lines, and the boxes of the card."""
    rng = np.random.default_rng(seed)
    page = np.full((round(105 * PX_PER_MM), round(148 * PX_PER_MM)), 255, np.uint8)
    for y in range(40, page.shape[0], 46):
        text, size = " ".join(rng.choice(WORDS, 6)), rng.uniform(0.5, 0.9)
        cv2.putText(page, text, (int(rng.integers(20, 120)), y), cv2.FONT_HERSHEY_DUPLEX, size, 60, 1, cv2.LINE_AA)
    if seed == 1:
        for field in FOREIGN.fields:
            for cell in field.cells:
                blot(page, cell.grown(0.15), grey=120)
                blot(page, cell.grown(-0.15))
    return page


def blanks(seed: int = 1) -> Blanks:
    return Blanks(foreign_page(seed))


@given(
    turn_deg=st.sampled_from([0, 90, 180, 270]).flatmap(lambda turn: st.floats(turn - 10, turn + 10)),
    stretch=st.floats(0.92, 1.08),
    shear=st.floats(-0.03, 0.03),
    perspective=st.floats(-0.0003, 0.0003),
    px_per_mm=st.sampled_from([5.0, 8.0, 12.0]),
)
@settings(max_examples=12, deadline=None)
def test_any_turn_stretch_shear_and_perspective_is_found(turn_deg, stretch, shear, perspective, px_per_mm):
    truth = homography_of(turn_deg=turn_deg, stretch=stretch, shear=shear, perspective=perspective, px_per_mm=px_per_mm)
    side = round(180 * px_per_mm)

    registration = register(lay(foreign_page(), truth, (side, side)), FOREIGN, references=blanks())

    off_px = field_corners_px(FOREIGN, registration.homography) - field_corners_px(FOREIGN, truth)
    assert np.linalg.norm(off_px, axis=1).max() / px_per_mm < 0.4
    assert registration.n_marks > 100
    assert registration.line_hit > 0.8


def test_a_page_is_laid_the_same_way_every_time():
    scan = simulate(foreign_page(), np.random.default_rng(8), wear=2)

    first, second = (register(scan, FOREIGN, references=blanks()) for _ in range(2))

    np.testing.assert_array_equal(first.homography, second.homography)


def test_a_black_and_white_scan_is_found():
    scan = simulate(foreign_page(), np.random.default_rng(8), turn_deg=90, resize=1.5)
    scan = np.where(scan > 160, 255, 0).astype(np.uint8)

    assert register(scan, FOREIGN, references=blanks()).residual_mm < 0.3


@pytest.mark.parametrize("other", [2, 3, 4])
def test_a_page_of_another_form_is_refused(other):
    scan = simulate(foreign_page(other), np.random.default_rng(9))

    with pytest.raises((NoMarks, RegistrationResidual)):
        register(scan, FOREIGN, references=blanks())


def test_a_page_that_shares_half_of_its_print_is_refused():
    page = foreign_page(2).copy()
    page[: page.shape[0] // 2] = foreign_page()[: page.shape[0] // 2]

    with pytest.raises(RegistrationResidual, match="of what is printed"):
        register(page, FOREIGN, references=blanks())


def test_a_sheet_with_nothing_on_it_is_blank():
    with pytest.raises(BlankPage):
        register(np.full((800, 1100), 240, np.uint8), FOREIGN, references=blanks())


def test_a_form_without_its_picture_says_what_is_missing():
    with pytest.raises(FormTemplateInvalid, match="needs a `reference`"):
        register(foreign_page(), FOREIGN, references=Blanks(None))


def test_the_picture_may_have_another_resolution_than_the_scan():
    finer = cv2.resize(foreign_page(), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)

    registration = register(foreign_page(), FOREIGN, references=Blanks(finer))

    truth = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    off_px = field_corners_px(FOREIGN, registration.homography) - field_corners_px(FOREIGN, truth)
    assert np.abs(off_px).max() < 2


def test_light_print_in_a_shadow_is_print():
    light_print = (255 - 0.3 * (255.0 - foreign_page())).astype(np.uint8)
    scan = simulate(light_print, np.random.default_rng(12), wear=0.5)
    shadow = np.interp(np.arange(scan.shape[1]), [500, 700], [0.25, 1.0])

    registration = register((scan * shadow).astype(np.uint8), FOREIGN, references=blanks())

    assert registration.line_hit > 0.9
