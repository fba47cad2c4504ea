"""Digits without boxes: where they are cut, what is joined, and what is no digit."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.arrays import NOT_A_DIGIT
from tests.fakes import probabilities
from tests.worker.free_field.writing import HEIGHT_PX, PX_PER_MM, TOP_PX, bar, dot, paper, read, ring
from worker.free_field import Lattice, decode, segment
from worker.free_field.lattice import MOST_CROPS, Edge
from worker.free_field.looks import Look

LINE = TOP_PX + HEIGHT_PX


def test_digits_that_stand_apart_are_read_in_their_order():
    page = paper()
    for write, x in ((bar, 40), (ring, 100), (bar, 150), (bar, 180)):
        write(page, x)

    field = read(page, 1, 8)

    assert field.text == "1011"
    assert [cell.digit for cell in field.cells] == [1, 0, 1, 1]
    assert field.confidence > 0.95


def test_digits_that_touch_are_cut_when_the_length_is_known():
    page = paper()
    ring(page, 60)
    ring(page, 104)

    field = read(page, 2)

    assert field.text == "00"


def test_a_broken_stroke_is_one_digit():
    page = paper()
    bar(page, 40)
    bar(page, 80)
    cv2.line(page, (20, TOP_PX + 28), (60, TOP_PX + 28), (255,), 5)

    field = read(page, 1, 8)

    assert field.text == "11"


@pytest.mark.parametrize("comma", [False, True])
def test_a_small_thing_low_between_digits_is_a_decimal_point(comma):
    page = paper()
    bar(page, 40)
    ring(page, 130)
    dot(page, 75)
    if comma:
        cv2.line(page, (75, LINE - 3), (71, LINE + 9), (30,), 5)

    field = read(page, 2)

    assert (field.text, len(field.cells)) == ("1.0", 2)


@pytest.mark.parametrize(("x", "y"), [(75, TOP_PX + 8), (15, LINE - 3), (170, LINE - 3)])
def test_a_dot_high_up_or_outside_of_the_number_is_dirt(x, y):
    page = paper()
    bar(page, 40)
    ring(page, 130)
    dot(page, x, y)

    field = read(page, 2)

    assert field.text == "10"


def test_a_number_has_one_decimal_point():
    page = paper()
    for write, x in ((bar, 40), (ring, 130), (bar, 200)):
        write(page, x)
    dot(page, 75)
    dot(page, 172, radius=3)

    field = read(page, 3)

    assert field.text in {"1.01", "10.1"}


def test_dust_is_nothing():
    page = paper()
    bar(page, 40)
    bar(page, 80)
    clean = read(page, 1, 8)
    dot(page, 60, TOP_PX + 20, radius=0)

    assert read(page, 1, 8) == clean


def test_a_minus_sign_is_seen_and_no_digit():
    page = paper()
    cv2.line(page, (20, TOP_PX + 30), (45, TOP_PX + 30), (30,), 6)
    bar(page, 80)
    ring(page, 130)

    field = read(page, 2)

    assert field.text == "?10"
    assert [cell.digit for cell in field.cells] == [None, 1, 0]


def test_a_ruled_line_under_the_digits_is_not_read():
    page = paper()
    for write, x in ((bar, 60), (ring, 120), (bar, 200)):
        write(page, x)
    cv2.line(page, (5, LINE + 2), (395, LINE + 2), (30,), 2)

    field = read(page, 1, 8)

    assert field.text == "101"


def test_a_scribble_is_no_digit():
    page = paper()
    bar(page, 40)
    tangle = np.random.default_rng(4).integers((70, TOP_PX), (150, LINE), (14, 2)).astype(np.int32)
    cv2.polylines(page, [tangle], isClosed=False, color=(30,), thickness=6)

    field = read(page, 1, 8)

    assert "?" in field.text or field.confidence < 0.5


def test_paper_without_ink_is_blank():
    noisy = np.clip(np.random.default_rng(0).normal(250, 3, (80, 300)), 0, 255).astype(np.uint8)

    lattice = segment(noisy, PX_PER_MM, (1, 8))
    field = decode(lattice, np.zeros((0, 11), np.float32), (1, 8))

    assert (lattice.crops, field.text, field.cells) == ([], "", [])


def test_ink_that_is_all_dirt_is_unreadable_and_not_blank():
    lattice = Lattice(1, [Edge(0, 1, "dirt", None, Look(dirt=1.0))], [])

    field = decode(lattice, np.zeros((0, 11), np.float32), (1, 8))

    assert (field.text, field.confidence) == ("?", 0.0)


def test_a_crop_holds_no_ink_of_its_neighbours():
    alone, beside = paper(), paper()
    for page in (alone, beside):
        cv2.line(page, (90, TOP_PX), (60, LINE), (30,), 6)
    cv2.line(beside, (112, TOP_PX), (82, LINE), (30,), 6)  # their boxes overlap

    [only] = segment(alone, PX_PER_MM, (1, 1)).crops
    crops = segment(beside, PX_PER_MM, (2, 2)).crops

    assert min(np.abs(crop - only).max() for crop in crops) < 0.02


def test_more_digits_than_there_may_be_are_never_sure():
    page = paper()
    for x in (40, 80, 120):
        bar(page, x)

    assert read(page, 3).confidence > 0.95
    assert read(page, 2).confidence < 0.5
    assert read(page, 4).confidence < 0.5


def two_ways(gap: float) -> tuple[Lattice, np.ndarray]:
    """Ink that is two ones, or a 4 of strokes that stand apart."""
    edges = [
        Edge(0, 1, "digit", 0, Look()),
        Edge(1, 2, "digit", 1, Look()),
        Edge(0, 2, "digit", 2, Look(gap=gap)),
    ]
    rows = [probabilities(1), probabilities(1), probabilities(4)]
    return Lattice(2, edges, []), np.array(rows)


def test_two_ways_that_are_as_good_leave_no_confidence():
    lattice, rows = two_ways(gap=0.0)

    field = decode(lattice, rows, (1, 2))

    assert field.confidence == pytest.approx(0.5, abs=0.02)


def test_a_digit_that_two_cuts_agree_on_beats_one_that_each_finds_a_little_more_likely():
    rows = np.zeros((2, NOT_A_DIGIT + 1), np.float32)
    rows[0, [9, 7]], rows[1, [9, 4]] = (0.45, 0.55), (0.45, 0.55)
    lattice = Lattice(1, [Edge(0, 1, "digit", crop, Look()) for crop in (0, 1)], [])

    field = decode(lattice, rows, (1, 1))

    assert (field.text, field.cells[0].digit) == ("9", 9)
    assert 0.4 < field.confidence < 0.5


def test_the_known_length_decides_between_two_ways():
    lattice, rows = two_ways(gap=0.0)

    assert decode(lattice, rows, (2, 2)).text == "11"
    assert decode(lattice, rows, (1, 1)).text == "4"


def test_the_less_likely_the_other_way_is_the_surer_is_the_reading():
    near, far = (decode(*two_ways(gap), (1, 2)) for gap in (0.1, 0.6))

    assert near.text == far.text == "11"
    assert near.confidence < far.confidence


strokes = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 90), st.integers(0, 200), st.integers(0, 90), st.integers(1, 12)),
    max_size=25,
)


@given(lines=strokes, length=st.integers(1, 8), grey=st.integers(0, 255), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_any_ink_gives_a_reading_from_few_crops(lines, length, grey, seed):
    page = np.full((91, 201), 255, np.uint8)
    for x, y, to_x, to_y, pen in lines:
        cv2.line(page, (x, y), (to_x, to_y), (grey,), pen)

    lattice = segment(page, PX_PER_MM, (1, length))
    rows = np.random.default_rng(seed).dirichlet(np.ones(NOT_A_DIGIT + 1), len(lattice.crops)).astype(np.float32)
    field = decode(lattice, rows.reshape(-1, NOT_A_DIGIT + 1), (1, length))

    assert len(lattice.crops) <= MOST_CROPS
    assert len(field.cells) == sum(character != "." for character in field.text)
    assert 0 <= field.confidence <= 1
    assert not field.text.startswith(".")
    assert not field.text.endswith(".")
