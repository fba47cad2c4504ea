"""Free fields drawn with bars for 1 and rings for 0, and a network that can read just these."""

import cv2
import numpy as np

from formdigits.arrays import NOT_A_DIGIT, DigitBatch, GreyPage, Probabilities
from tests.fakes import probabilities
from worker.free_field import FreeReading, decode, segment

PX_PER_MM = 10.0
HEIGHT_PX = 60
TOP_PX = 30


def paper(width_px: int = 400) -> GreyPage:
    """White paper with room for a line of writing."""
    return np.full((2 * TOP_PX + HEIGHT_PX, width_px), 255, np.uint8)


def bar(page: GreyPage, x: int) -> None:
    """Write a 1."""
    cv2.line(page, (x, TOP_PX), (x, TOP_PX + HEIGHT_PX), (30,), 6)


def ring(page: GreyPage, x: int) -> None:
    """Write a 0, 40 pixels wide, around x."""
    cv2.ellipse(page, (x, TOP_PX + HEIGHT_PX // 2), (20, HEIGHT_PX // 2), 0, 0, 360, (30,), 6)


def dot(page: GreyPage, x: int, y: int = TOP_PX + HEIGHT_PX - 3, radius: int = 4) -> None:
    """Make a point, on the line where nothing else is said."""
    cv2.circle(page, (x, y), radius, (30,), -1)


def read_bars_and_rings(crops: DigitBatch) -> Probabilities:
    """What a network would say that knows 0 and 1 alone."""
    rows = [probabilities(judged(1 - crop[:, :, 0])) for crop in crops]
    return np.array(rows, np.float32).reshape(-1, NOT_A_DIGIT + 1)


def judged(ink: np.ndarray) -> int:
    """What a crop shows, by its width, and by where the ink is about half way down."""
    columns, rows = np.flatnonzero(ink.max(axis=0) > 0.4), np.flatnonzero(ink.max(axis=1) > 0.4)
    width, height = np.ptp(columns), np.ptp(rows)
    if width < 5 and height > 15:
        return 1
    across = ink[12:16, columns[0] : columns[-1] + 1].max(axis=0) > 0.3
    is_ring = across[:5].any() and across[-5:].any() and not across[6:-6].any()
    return 0 if is_ring and 10 < width < 18 and height > 15 else NOT_A_DIGIT


def read(page: GreyPage, least: int, most: int | None = None) -> FreeReading:
    lengths = least, most or least
    lattice = segment(page, PX_PER_MM, lengths)
    return decode(lattice, read_bars_and_rings(np.array(lattice.crops)), lengths)
