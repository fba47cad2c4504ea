"""Unsure crops are read again from other views; a network is played by a function that looks at where the ink is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from formdigits.views import SURE, read_in_views


def crops_with_ink_at(*columns):
    crops = np.ones((len(columns), 28, 28, 1), np.float32)
    for crop, column in zip(crops, columns, strict=True):
        crop[8:20, column : column + 2] = 0
    return crops


def left_or_right(crops):
    """Two classes: where the ink's middle lies.  Within half a pixel of the crop's middle it is not sure."""
    ink = 1 - crops[..., 0]
    middle = (ink.sum(axis=1) * np.arange(28)).sum(axis=1) / ink.sum(axis=(1, 2)) - 13.5
    right = np.clip(middle + 0.5, 0.0, 1.0)
    return np.column_stack([1 - right, right]).astype(np.float32)


def test_a_sure_crop_keeps_what_the_network_said_and_is_read_once():
    seen = []

    def network(crops):
        seen.append(len(crops))
        return left_or_right(crops)

    found = read_in_views(crops_with_ink_at(3, 22), network)

    np.testing.assert_array_equal(found, [[1, 0], [0, 1]])
    assert seen == [2]


def test_an_unsure_crop_that_looks_otherwise_from_each_view_stays_unsure():
    always_half = read_in_views(crops_with_ink_at(13), left_or_right)

    np.testing.assert_allclose(always_half, [[0.5, 0.5]], atol=0.02)


def test_an_unsure_crop_that_looks_the_same_from_all_other_views_becomes_sure():
    def unsure_of_the_first(crops):
        unmoved = (crops[:, 8:20, 13:15] == 0).all(axis=(1, 2, 3)) & (crops[:, 7] == 1).all(axis=(1, 2))
        return np.where(unmoved[:, None], [[0.4, 0.6]], [[0.01, 0.99]]).astype(np.float32)

    found = read_in_views(crops_with_ink_at(13), unsure_of_the_first)

    assert found[0, 1] > 0.95


def test_a_class_that_one_view_rules_out_is_still_possible():
    def certain_but_for_the_unmoved(crops):
        unmoved = (crops[:, 8:20, 13:15] == 0).all(axis=(1, 2, 3)) & (crops[:, 7] == 1).all(axis=(1, 2))
        return np.where(unmoved[:, None], [[0.998, 0.002]], [[0.0, 1.0]]).astype(np.float32)

    found = read_in_views(crops_with_ink_at(13), certain_but_for_the_unmoved)

    assert (found > 0).all()


@given(
    crops=arrays.arrays(np.float32, st.tuples(st.integers(0, 6), st.just(28), st.just(28), st.just(1)),
                        elements=st.floats(0, 1, width=32)),
    weights=arrays.arrays(np.float32, (28, 11), elements=st.floats(-1, 1, width=32)),
)  # fmt: skip
def test_whatever_is_read_the_rows_stay_probabilities_and_no_crop_changes_another(crops, weights):
    def network(batch):
        raised = np.exp(batch[..., 0].mean(axis=1) @ weights)
        return (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)

    together = read_in_views(crops, network)

    assert together.shape == (len(crops), 11)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-5)
    sure = network(crops).max(axis=1, initial=0) >= SURE
    np.testing.assert_array_equal(together[sure], network(crops)[sure])
    for row in range(len(crops)):
        np.testing.assert_allclose(read_in_views(crops[row : row + 1], network)[0], together[row], rtol=1e-4)
