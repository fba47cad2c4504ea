import cv2
import numpy as np
import pytest

from formdigits.digit_crop import normalise
from trainer.strokes import CELL_PX, WAYS, bowed, write, write_digits


def test_as_many_of_every_digit_are_written():
    cells, labels = write_digits(40, seed=1)

    assert np.bincount(labels).tolist() == [4] * 10
    assert {cell.shape for cell in cells} == {(CELL_PX, CELL_PX)}


def test_the_same_seed_writes_the_same_and_another_one_does_not():
    once, _ = write_digits(10, seed=1)

    again, _ = write_digits(10, seed=1)
    other, _ = write_digits(10, seed=2)

    np.testing.assert_array_equal(once, again)
    assert all((mine != theirs).any() for mine, theirs in zip(once, other, strict=True))


@pytest.mark.parametrize("number", range(len(WAYS)))
def test_every_way_leaves_ink_within_its_cell_whatever_the_hand(number):
    cells = [write(WAYS[number], np.random.default_rng(seed)) for seed in range(10)]

    frames = [np.concatenate([cell[0], cell[-1], cell[:, 0], cell[:, -1]]) for cell in cells]
    assert all(normalise(cell) is not None for cell in cells)
    assert all(frame.min() > 200 for frame in frames)


@pytest.mark.parametrize(("digit", "n_holes"), [(0, {0, 1, 2}), (1, {0}), (6, {1}), (7, {0}), (8, {1, 2})])
def test_digits_have_the_holes_that_they_are_known_by(digit, n_holes):
    ways = [way for way in WAYS if way.digit == digit]

    found = {holes(write(way, np.random.default_rng(seed))) for way in ways for seed in range(6)}

    assert found <= n_holes | {0}
    assert found & n_holes


def holes(cell):
    n_parts, _ = cv2.connectedComponents((cell > 127).astype(np.uint8), connectivity=4)
    return n_parts - 2


def test_a_curve_goes_through_its_points():
    points = np.array([[0, 0], [0.5, 1], [1, 0.3]], float)

    curve = bowed(points)

    assert all(np.linalg.norm(curve - point, axis=1).min() < 1e-9 for point in points)
    assert len(curve) == 17
