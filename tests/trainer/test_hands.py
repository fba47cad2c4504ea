import cv2
import numpy as np
import pytest

from trainer.hands import other_hands, with_bar, with_flag


def drawn(*lines):
    image = np.zeros((28, 28), np.uint8)
    for start, end in lines:
        cv2.line(image, start, end, 255, 2, cv2.LINE_AA)
    return image


ONE = drawn(((14, 4), (14, 23)))
SEVEN = drawn(((7, 5), (20, 5)), ((20, 5), (12, 23)))


@pytest.fixture
def images():
    return np.stack([ONE, SEVEN] * 20), np.array([1, 7] * 20)


def test_a_share_of_the_ones_and_sevens_is_written_once_more(images):
    written, truths = other_hands(*images, seed=1)

    assert written.shape == (6, 28, 28)
    assert truths.tolist() == [1] * 3 + [7] * 3


def test_the_same_seed_writes_the_same_and_another_one_does_not(images):
    once, _ = other_hands(*images, seed=1)

    again, _ = other_hands(*images, seed=1)
    other, _ = other_hands(*images, seed=2)

    np.testing.assert_array_equal(once, again)
    assert (once != other).any()


def test_digits_without_a_one_or_a_seven_stay_as_they_are():
    written, truths = other_hands(np.stack([ONE, ONE]), np.array([4, 5]), seed=1)

    assert (len(written), len(truths)) == (0, 0)


@pytest.mark.parametrize("seed", range(10))
def test_a_flag_falls_to_the_left_from_the_top_of_a_one(seed):
    flagged = with_flag(ONE, np.random.default_rng(seed))

    added = np.argwhere(flagged.astype(int) - ONE > 100)
    assert (flagged >= ONE).all()
    assert added[:, 1].max() <= 16
    assert added[:, 1].min() < 12
    assert added[:, 0].max() <= 16


@pytest.mark.parametrize("seed", range(10))
def test_a_bar_crosses_the_stem_of_a_seven_on_both_sides(seed):
    crossed = with_bar(SEVEN, np.random.default_rng(seed))

    rows, columns = np.nonzero(crossed.astype(int) - SEVEN > 60)
    stem = 20 - (rows - 5) * 8 / 18
    assert (crossed >= SEVEN).all()
    assert 8 < rows.min() <= rows.max() < 21
    assert (columns < stem).any()
    assert (columns > stem).any()
