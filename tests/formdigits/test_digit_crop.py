import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.digit_crop import normalise, paper_is_light


def cell_with(shape="7", *, size=64, left=20, top=14, paper=255, ink=0, thickness=3):
    """A cell with one drawn digit."""
    cell = np.full((size, size), paper, np.uint8)
    corners = {"7": [[0, 0], [22, 0], [8, 34]], "1": [[0, 0], [0, 34]]}[shape]
    points = np.add(corners, [left, top]).astype(np.int32)
    cv2.polylines(
        cell, [points.reshape(-1, 1, 2)], isClosed=False, color=ink, thickness=thickness, lineType=cv2.LINE_AA
    )
    return cell


def centre_of_mass(crop):
    moments = cv2.moments(1 - crop[..., 0])
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]


def test_a_crop_has_black_ink_on_white_paper():
    crop = normalise(cell_with("7"))

    assert (crop.shape, crop.dtype) == ((28, 28, 1), np.float32)
    assert crop.min() == pytest.approx(0, abs=1e-6)
    assert crop.max() == 1
    assert crop[0].min() == 1


def test_ink_fills_twenty_pixels_and_is_centred_by_mass():
    crop = normalise(cell_with("7"))

    rows = np.flatnonzero((crop[..., 0] < 0.9).any(axis=1))
    assert 19 <= rows[-1] - rows[0] + 1 <= 20
    assert centre_of_mass(crop) == pytest.approx((13.8, 13.8), abs=0.8)


@given(left=st.integers(5, 34), top=st.integers(5, 22))
def test_where_the_digit_sits_in_its_cell_does_not_matter(left, top):
    np.testing.assert_array_equal(normalise(cell_with(left=left, top=top)), normalise(cell_with()))


@given(paper=st.integers(120, 255), contrast=st.integers(60, 120))
def test_how_grey_the_paper_and_how_faint_the_ink_is_hardly_matters(paper, contrast):
    crop = normalise(cell_with(paper=paper, ink=paper - contrast))

    np.testing.assert_allclose(crop, normalise(cell_with()), atol=0.12)


@pytest.mark.parametrize("size", [48, 64, 200, 1000])
def test_a_cell_of_any_size_gives_nearly_the_same_crop(size):
    cell = cv2.resize(cell_with(), (size, size), interpolation=cv2.INTER_AREA if size < 64 else cv2.INTER_CUBIC)

    crop = normalise(cell)

    assert np.abs(crop - normalise(cell_with())).mean() < 0.03


def test_a_one_stays_narrow():
    crop = normalise(cell_with("1"))

    columns = np.flatnonzero((crop[..., 0] < 0.5).any(axis=0))
    assert len(columns) <= 4


def test_a_one_of_two_pixels_in_the_crop_is_centred_as_any_other():
    cell = np.full((90, 50), 255, np.uint8)
    cell[28:62, 24] = 80

    crop = normalise(cell)

    assert centre_of_mass(crop) == pytest.approx((13.5, 13.5), abs=1.1)


@pytest.mark.parametrize("paper", [0, 128, 255])
def test_a_plain_cell_is_blank(paper):
    assert normalise(np.full((48, 40), paper, np.uint8)) is None


@given(seed=st.integers(0, 2**32 - 1), noise=st.floats(0, 14))
def test_noise_on_paper_is_blank(seed, noise):
    rng = np.random.default_rng(seed)
    paper = np.clip(rng.normal(225, noise, (64, 48)), 0, 255).astype(np.uint8)

    assert normalise(paper) is None


def test_a_speck_beside_the_digit_is_left_out():
    dirty = cell_with()
    dirty[5:8, 55:58] = 0

    np.testing.assert_allclose(normalise(dirty), normalise(cell_with()), atol=0.02)


def test_a_decimal_point_alone_is_blank():
    cell = np.full((64, 64), 255, np.uint8)
    cv2.circle(cell, (32, 50), 3, 0, -1)

    assert normalise(cell) is None


@given(
    length=st.integers(12, 28), inset=st.integers(0, 5), along=st.integers(0, 34), thick=st.integers(1, 3),
    turns=st.integers(0, 3),
)  # fmt: skip
def test_a_bit_of_the_printed_box_along_any_side_is_blank(length, inset, along, thick, turns):
    cell = np.full((64, 64), 255, np.uint8)
    cell[along : along + length, inset : inset + thick] = 0

    assert normalise(np.ascontiguousarray(np.rot90(cell, turns))) is None


@given(length=st.integers(36, 60), inset=st.integers(0, 60), thick=st.integers(2, 4))
def test_a_one_is_ink_however_near_to_the_side_it_is_written(length, inset, thick):
    cell = np.full((64, 64), 255, np.uint8)
    cell[2 : 2 + length, inset : inset + thick] = 0

    assert normalise(cell) is not None


def test_a_cell_of_one_pixel_is_blank():
    assert normalise(np.zeros((1, 1), np.uint8)) is None


def test_white_ink_on_black_is_turned_to_black_ink_on_white():
    np.testing.assert_array_equal(paper_is_light(255 - cell_with()), cell_with())
    np.testing.assert_array_equal(paper_is_light(cell_with()), cell_with())
