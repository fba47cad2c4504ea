"""Parts of the form, cut out of the scan."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from formdigits.geometry import Box
from worker.registration import cut_upright


@given(
    seed=st.integers(0, 99),
    place=st.tuples(st.floats(-30, 60), st.floats(-30, 60)),
    turn_deg=st.floats(-180, 180),
    lean=st.floats(-0.001, 0.001),
)
def test_a_part_of_a_colour_scan_is_cut_as_each_of_its_channels_is_wherever_it_lies(seed, place, turn_deg, lean):
    noise = np.random.default_rng(seed).integers(0, 255, (200, 300, 3), np.uint8)
    scan = cv2.GaussianBlur(noise, (0, 0), 4).astype(np.uint8)
    turn = np.deg2rad(turn_deg)
    turned = np.array([[np.cos(turn), -np.sin(turn), 40], [np.sin(turn), np.cos(turn), 25], [lean, lean, 1]])
    homography = np.diag([4.0, 4.0, 1.0]) @ turned
    box = Box(*place, 40, 12)

    cut = cut_upright(scan, box, homography, 5.0)

    alone = [cut_upright(np.ascontiguousarray(scan[:, :, i]), box, homography, 5.0) for i in range(3)]
    off = np.abs(cut.astype(int) - np.dstack(alone))
    assert cut.shape == (60, 200, 3)
    assert np.quantile(off, 0.97) <= 2
    assert off.mean() < 1
