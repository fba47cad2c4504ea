"""How large a millimetre is about a place of a scan, beside the singular values of NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from worker.registration.fitting import local_scales


@given(arrays(np.float64, (2, 2), elements=st.floats(-40, 40)), st.tuples(st.floats(0, 300), st.floats(0, 300)))
def test_the_scales_are_the_singular_values_and_a_mirror_is_negative(linear, place):
    homography = np.eye(3)
    homography[:2, :2] = linear

    most, least = local_scales(homography, np.array(place))

    assert sorted((most, abs(least))) == pytest.approx(np.linalg.svd(linear, compute_uv=False)[::-1], abs=1e-5)
    (a, b), (c, d) = linear  # NumPy's determinant divides by zero where an entry is hardly more than that
    if abs(determinant := a * d - b * c) > 1e-2:
        assert np.sign(least) == np.sign(determinant)


def test_a_scan_on_which_all_points_fall_together_has_no_scale():
    nowhere = np.diag([0.0, 0.0, 1.0])

    assert local_scales(nowhere, np.array([10.0, 10.0])) == (0, 0)
