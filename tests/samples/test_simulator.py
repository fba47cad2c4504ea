import cv2
import numpy as np
import pytest

from formdigits.geometry import Box, to_scan_px
from formdigits.scan import decode
from samples.pen import load_test_digits
from samples.simulator import files, paper, sensor
from samples.simulator.capture import AFTER, BEFORE, KINDS, capture, draw_kind
from samples.simulator.laying import A4, LETTER, PERSPECTIVE, SKEW_DEG, Lie, lay
from samples.simulator.sheet import Sheet, printed
from samples.simulator.writing import FAINT_PENS, PENS, Writer, draw_writer, fill_in
from tests.drawing import CARD

DOTS_MM = [(30.0, 20.0), (110.0, 85.0), (74.0, 52.0), (20.0, 80.0)]
LIES = {
    "straight": Lie(200),
    "across and askew": Lie(200, turn_deg=90, skew_deg=SKEW_DEG),
    "upside down, small and sheared": Lie(150, turn_deg=180, scale=0.85, shear=0.015, stretch=0.015),
    "large": Lie(300, turn_deg=270, scale=1.15),
    "from a phone": Lie(200, skew_deg=-6, perspective=PERSPECTIVE),
    "on other paper": Lie(200, paper=LETTER),
}
EFFECTS = [effect for group in (BEFORE, AFTER) for effects in group.values() for effect, _ in effects]
WRITER = Writer("black", PENS["black"], 1.0)


def dotted() -> Sheet:
    """A white A4 sheet with black dots of 3 mm."""
    sheet = Sheet(np.full((2376, 1680, 3), 255, np.uint8), np.diag([8.0, 8.0, 1.0]), Box(0, 0, *A4))
    for at in sheet.to_px(*DOTS_MM):
        cv2.circle(sheet.picture, at, 12, (0, 0, 0), -1)
    return sheet


@pytest.mark.parametrize("name", LIES)
def test_the_truth_says_where_every_point_of_the_form_came_to_lie(name):
    sheet, rng = dotted(), np.random.default_rng(5)
    lay(sheet, LIES[name], rng)

    dark = (sheet.picture[:, :, 0] < 40).astype(np.uint8)
    _, _, _, middles = cv2.connectedComponentsWithStats(dark)

    for point in to_scan_px(DOTS_MM, sheet.homography):
        assert np.linalg.norm(middles - point, axis=1).min() < 0.5


@pytest.mark.parametrize("seed", range(12))
def test_a_capture_is_a_scan_that_is_told_with_all_its_effects_and_the_same_again(seed):
    scans = []
    for _ in range(2):
        rng, sheet = np.random.default_rng(seed), printed(CARD, 1, 200)
        truth = fill_in(sheet, CARD, 1, load_test_digits(), rng, WRITER)
        scans.append((capture(sheet, CARD.pages[0], draw_kind(rng), rng), truth, sheet.effects))

    (data, _, effects), again = scans

    assert decode(data).shape == sheet.picture.shape[:2]
    assert scans[0] == again
    assert {"dpi", "pen: black"} <= effects.keys()
    assert len(KINDS.keys() & effects.keys()) == 1
    assert len({"jpeg", "png", "tiff g4"} & effects.keys()) == 1


@pytest.mark.parametrize("effect", [*EFFECTS, files.threshold, files.dither], ids=lambda effect: effect.__name__)
@pytest.mark.parametrize("grey", [False, True])
def test_an_effect_changes_the_picture_and_says_so_and_moves_nothing(effect, grey):
    sheet = printed(CARD, 1, 150)
    if grey:
        sheet.make_grey()
    before, place = sheet.picture.copy(), sheet.homography.copy()

    effect(sheet, np.random.default_rng(3))

    assert sheet.picture.shape[:2] == before.shape[:2]
    assert sheet.picture.dtype == np.uint8
    assert len(sheet.effects) == 1
    assert sheet.picture.shape != before.shape or (sheet.picture != before).any()
    assert (sheet.homography == place).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_lost_mark_is_one_mark_and_nothing_of_a_field(seed):
    sheet = printed(CARD, 1, 200)
    before = sheet.picture.copy()

    paper.lose_mark(sheet, CARD.pages[0], np.random.default_rng(seed))

    changed = (sheet.picture != before).any(axis=2)
    rules = CARD.pages[0].registration
    touched = [mark.id for mark in rules.marks if changed[pixels(sheet, rules.mark_box(mark))].any()]
    assert len(touched) == 1
    assert not any(changed[pixels(sheet, field.box)].any() for field in CARD.fields)


def test_writing_says_what_it_wrote_and_leaves_blank_boxes_clean():
    sheet = printed(CARD, 1, 200)
    before = sheet.picture.copy()

    truth = fill_in(sheet, CARD, 1, load_test_digits(), np.random.default_rng(8), WRITER)

    for field in CARD.fields:
        for cell, character in zip(field.cells, truth[field.name], strict=True):
            inside = pixels(sheet, cell.grown(-2))
            assert (character != "_") == bool((sheet.picture[inside] != before[inside]).any())


def test_a_faint_pen_is_drawn_only_where_it_can_be_seen():
    writers = [draw_writer(np.random.default_rng(seed), may_be_faint=seed % 2 == 0) for seed in range(200)]

    faint = [i % 2 for i, writer in enumerate(writers) if writer.pen in FAINT_PENS]

    assert 5 < len(faint) < 30
    assert set(faint) == {0}


def test_noise_has_the_strength_that_is_noted():
    sheet = Sheet(np.full((1100, 900), 128, np.uint8), np.eye(3), Box(0, 0, 900, 1100))

    sensor.noise(sheet, np.random.default_rng(2))

    assert abs(sheet.picture.std() - sheet.effects["noise"]) < 0.3


def pixels(sheet: Sheet, box: Box) -> tuple[slice, slice]:
    (left, top), (right, bottom) = sheet.to_px((box.x, box.y), (box.right, box.bottom))
    return slice(top, bottom), slice(left, right)
