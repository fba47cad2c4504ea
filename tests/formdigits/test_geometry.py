import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.geometry import Box, to_scan_px, turns_right

lengths = st.floats(0, 300)
boxes = st.builds(Box, lengths, lengths, st.floats(0.1, 100), st.floats(0.1, 100))


def test_corners_go_clockwise_from_the_top_left():
    assert Box(10, 20, 5, 8).corners == ((10, 20), (15, 20), (15, 28), (10, 28))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Box(14, 24, 5, 5), True),
        (Box(11, 21, 1, 1), True),
        (Box(15, 20, 5, 8), False),  # touches
        (Box(40, 20, 5, 8), False),
    ],
)
def test_boxes_overlap_when_they_share_area(other, expected):
    assert Box(10, 20, 5, 8).overlaps(other) is expected
    assert other.overlaps(Box(10, 20, 5, 8)) is expected


@given(boxes, st.floats(0, 10))
def test_a_grown_box_shrinks_back(box, margin_mm):
    np.testing.assert_allclose(box.grown(margin_mm).grown(-margin_mm), box, atol=1e-9)


@given(st.lists(boxes, min_size=1, max_size=5))
def test_a_box_around_others_holds_all_their_corners(others):
    around = Box.around(others)

    for box in others:
        assert around.x <= box.x
        assert around.y <= box.y
        assert around.right >= box.right - 1e-9
        assert around.bottom >= box.bottom - 1e-9


def test_points_go_through_scale_shift_and_perspective():
    homography = np.array([[8.0, 0, 100], [0, 8, 50], [0, 0.001, 1]])

    points = to_scan_px([(0, 0), (10, 100)], homography)

    np.testing.assert_allclose(points, [(100, 50), (180 / 1.1, 850 / 1.1)])


@given(st.lists(st.tuples(lengths, lengths), min_size=1, max_size=6), st.floats(-3, 3), st.floats(2, 24))
def test_points_come_back_through_the_inverse(points_mm, turn, scale):
    sine, cosine = np.sin(turn) * scale, np.cos(turn) * scale
    homography = np.array([[cosine, -sine, 40], [sine, cosine, 90], [0, 0, 1]])

    back = to_scan_px(to_scan_px(points_mm, homography), np.linalg.inv(homography))

    np.testing.assert_allclose(back, points_mm, atol=1e-6)


@given(boxes.filter(lambda box: box.height > 0.1), st.integers(0, 3))
def test_the_corners_of_a_box_go_around_clockwise_from_whichever_one_begins(box, first):
    corners = box.corners[first:] + box.corners[:first]

    assert turns_right(corners)
    assert not turns_right(corners[::-1])


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (10, 10), (10, 0), (0, 10)),  # crossed
        ((0, 0), (10, 0), (2, 2), (0, 10)),  # a dent
        ((0, 0), (0, 0), (10, 10), (0, 10)),  # one twice
        ((0, 0), (5, 0), (10, 0), (0, 10)),  # three on a line
    ],
)
def test_what_is_no_sheet_of_paper_does_not_go_around(corners):
    assert not turns_right(corners)
