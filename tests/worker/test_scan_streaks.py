import numpy as np

from worker.registration.scan_streaks import without_streaks


def page_with(rows: slice, columns: slice) -> np.ndarray:
    """White paper of A4 at 100 dpi with something dark on it."""
    page = np.full((1170, 827), 240, np.uint8)
    page[rows, columns] = 40
    return page


def test_a_line_along_the_whole_scan_is_taken_away_either_way():
    down, across = page_with(slice(None), slice(300, 303)), page_with(slice(500, 502), slice(None))

    wiped = [without_streaks(page) for page in (down, across)]

    assert [int(page.min()) for page in wiped] == [240, 240]


def test_what_a_streak_crosses_is_joined():
    page = page_with(slice(400, 440), slice(280, 320))
    page[:, 300:302] = 20

    wiped = without_streaks(page)

    assert wiped[400:440, 280:320].max() <= 40
    assert wiped[:390].min() == 240


def test_a_line_that_ends_is_print():
    page = page_with(slice(150, 1020), slice(300, 303))

    assert without_streaks(page) is None


def test_a_wide_black_edge_is_no_streak():
    page = page_with(slice(None), slice(0, 30))

    assert without_streaks(page) is None


def test_a_scan_of_one_pixel_has_none():
    assert without_streaks(np.zeros((1, 1), np.uint8)) is None
