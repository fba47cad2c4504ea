"""Strokes that leave their area."""

import cv2
import numpy as np

from tests.worker.free_field.writing import HEIGHT_PX, TOP_PX, bar, paper
from worker.free_field import own_writing

SHORT = slice(TOP_PX, TOP_PX + HEIGHT_PX - 12), slice(20, 380)
"""An area that cuts off the feet of digits."""


def test_a_digit_that_leaves_its_area_keeps_its_foot():
    page = paper()
    bar(page, 60)

    own = own_writing(page, SHORT)

    np.testing.assert_array_equal(own, page)


def test_what_stands_outside_is_paper_and_what_only_reaches_in_is_cut_at_the_edge():
    page = paper()
    bar(page, 60)
    cv2.rectangle(page, (10, TOP_PX - 20), (390, TOP_PX + HEIGHT_PX + 20), (30,), 3)
    cv2.line(page, (200, 0), (200, TOP_PX + 9), (30,), 3)

    own = own_writing(page, SHORT)

    np.testing.assert_array_equal(own[SHORT], page[SHORT])
    assert (own[:, :40] == 255).all()
    assert (own[: TOP_PX - 4] == 255).all()
    assert (own[TOP_PX + HEIGHT_PX - 2, 58:62] < 100).all()


def test_an_area_whose_edge_no_stroke_crosses_is_the_area_alone():
    page = paper()
    bar(page, 60)
    area = slice(TOP_PX - 9, TOP_PX + HEIGHT_PX + 9), slice(20, 380)

    assert own_writing(page, area).shape == page[area].shape
