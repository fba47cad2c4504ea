"""Digit crops as scans have them."""

import numpy as np
import pytest

from trainer.dataset import crops_of, load_mnist
from trainer.wear import N_SCANS, worn_ways


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = load_mnist()
    return crops_of(images[:64], labels[:64]).pixels


def test_every_crop_is_worn_in_as_many_ways_as_asked_for_and_never_twice_by_one_scan(digits):
    worn = worn_ways(digits, n_ways=4, seed=3)

    assert worn.pixels.shape == (4 * len(digits), 28, 28, 1)
    assert (np.bincount(worn.rows) == 4).all()
    assert len(set(zip(worn.rows, worn.scans, strict=True))) == len(worn.rows)
    assert set(worn.scans) == set(range(N_SCANS))


def test_a_seed_wears_alike_and_another_one_otherwise(digits):
    first, again, other = (worn_ways(digits, n_ways=1, seed=seed).pixels for seed in (3, 3, 4))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_heavy_wear_changes_crops_more_than_light_wear(digits):
    worn = worn_ways(digits, n_ways=N_SCANS, seed=3)

    change = np.abs(worn.pixels.astype(float) - digits[worn.rows]).mean(axis=(1, 2, 3))

    light, heavy = change[worn.scans < 3].mean(), change[worn.scans >= N_SCANS - 3].mean()
    assert 0 < light < 0.75 * heavy


def test_a_crop_without_ink_is_left_out(digits):
    with_blank = np.concatenate([digits[:16], np.full_like(digits[:1], 255)])

    worn = worn_ways(with_blank, n_ways=1, seed=3)

    assert sorted(worn.rows) == list(range(16))
