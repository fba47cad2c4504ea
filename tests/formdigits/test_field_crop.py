import numpy as np
import pytest

from formdigits.field_crop import cut_polygon


def page_with_arrow() -> np.ndarray:
    """A field at rows 100 to 140 and columns 200 to 360, dark at its left end."""
    page = np.full((400, 600), 220, np.uint8)
    page[100:140, 200:360] = 180
    page[100:140, 200:220] = 20
    return page


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_a_field_is_shown_upright_however_the_page_lies(quarter_turns):
    page = page_with_arrow()
    height, width = page.shape
    corners = np.array([(200, 100), (360, 100), (360, 140), (200, 140)])
    for _ in range(quarter_turns):  # counter-clockwise, as np.rot90
        corners = np.column_stack([corners[:, 1], width - corners[:, 0]])
        height, width = width, height

    crop = cut_polygon(np.rot90(page, quarter_turns).copy(), corners, margin=0)

    assert crop.shape == (40, 160)
    assert crop[5:35, 3:15].max() < 40
    assert crop[5:35, 30:150].min() > 170


def test_a_margin_shows_what_is_around():
    crop = cut_polygon(page_with_arrow(), [(200, 100), (360, 100), (360, 140), (200, 140)], margin=0.25)

    assert crop.shape == (60, 180)
    assert crop[2:8, 2:170].min() > 210


def test_what_lies_outside_of_the_page_is_white():
    crop = cut_polygon(page_with_arrow(), [(-40, 0), (40, 0), (40, 20), (-40, 20)], margin=0)

    assert crop[:, :38].min() == 255
    assert crop[:, 42:].max() == 220


def test_a_field_far_larger_than_a_screen_is_reduced():
    crop = cut_polygon(page_with_arrow(), [(0, 0), (9000, 0), (9000, 900), (0, 900)])

    assert max(crop.shape) <= 2001


def test_a_field_without_area_is_still_a_picture():
    crop = cut_polygon(page_with_arrow(), [(5, 5)] * 4)

    assert crop.size >= 1


def test_a_field_of_a_coloured_scan_keeps_its_colours_on_white():
    page = np.full((40, 60, 3), (255, 0, 0), np.uint8)

    crop = cut_polygon(page, [(-20, 0), (60, 0), (60, 40), (-20, 40)], margin=0)

    assert crop.shape == (40, 80, 3)
    assert crop[20, 5].tolist() == [255, 255, 255]
    assert crop[20, 60].tolist() == [255, 0, 0]
