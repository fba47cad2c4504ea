import cv2
import numpy as np
import pytest

from trainer.letters import letter
from trainer.rubbish import KINDS, SHARES, draw_rubbish


@pytest.fixture(scope="module")
def digits():
    """Twenty drawn digits, two of each, as MNIST lays them out."""
    images = np.zeros((20, 28, 28), np.uint8)
    for number, image in enumerate(images):
        cv2.putText(image, str(number % 10), (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    return images, np.arange(20) % 10


def test_the_same_seed_draws_the_same_rubbish(digits):
    once = draw_rubbish(40, *digits, seed=5)

    again = draw_rubbish(40, *digits, seed=5)

    np.testing.assert_array_equal(once, again)


def test_another_seed_draws_other_rubbish(digits):
    one = draw_rubbish(40, *digits, seed=5)

    other = draw_rubbish(40, *digits, seed=6)

    assert not any((mine == theirs).all() for mine, theirs in zip(one, other, strict=True))


def test_every_crop_has_ink_on_paper(digits):
    crops = draw_rubbish(60, *digits, seed=1)

    assert (crops.shape, crops.dtype) == ((60, 28, 28, 1), np.uint8)
    assert (crops.min(axis=(1, 2, 3)) == 0).all()
    assert (crops.max(axis=(1, 2, 3)) == 255).all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_drawings_of_a_kind_are_alike(kind, digits):
    images, labels = digits
    by_digit = [images[labels == digit] for digit in range(10)]
    rng = np.random.default_rng(3)

    drawn = [kind(rng, by_digit) for _ in range(8)]

    assert all(cell.dtype == np.uint8 and cell.shape == drawn[0].shape for cell in drawn)
    assert len({cell.tobytes() for cell in drawn}) == 8


def test_the_shares_of_the_kinds_are_one_together():
    assert len(SHARES) == len(KINDS)
    assert sum(SHARES) == pytest.approx(1)


def test_a_letter_leaves_ink_in_a_cell_of_any_size():
    drawn = [letter(np.random.default_rng(seed), 64) for seed in range(30)]

    assert all((cell < 128).sum() > 20 for cell in drawn)
