"""Letters as a hand might write them in a digit's box, drawn from OpenCV's stroke fonts."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage

LETTERS = "ACDEFJKLMNPQRUVWXacdefhijkmnprtuvwx&#%?@*"
"""Letters and signs that are not also a digit.

O is 0, l and I are 1, Z is 2, H and Y are 4, S is 5, G and b are 6, B is 8, g and q are 9.
"""
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


def letter(rng: np.random.Generator, cell_px: int) -> GreyPage:
    """Draw one letter, slanted and bent, in a cell of this size."""
    cell = np.full((cell_px, cell_px), 255, np.uint8)
    sign, font = LETTERS[rng.integers(len(LETTERS))], FONTS[rng.integers(len(FONTS))]
    width_px = int(rng.integers(1, 5))
    (width, height), _ = cv2.getTextSize(sign, font, 1.6, width_px)
    at = (cell_px - width) // 2, (cell_px + height) // 2
    cv2.putText(cell, sign, at, font, 1.6, 0, width_px, cv2.LINE_AA)
    return bent(cell, rng)


def bent(cell: GreyPage, rng: np.random.Generator) -> GreyPage:
    """Slant, turn, stretch and bend a drawing, so that no two hands are alike."""
    size = cell.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - np.float32(size / 2)
    turn = rng.normal(np.eye(2), 0.16)
    bend = cv2.resize(rng.normal(0, size * 0.035, (4, 4, 2)), (size, size), interpolation=cv2.INTER_CUBIC)
    map_x = turn[0, 0] * x + turn[0, 1] * y + bend[..., 0] + size / 2
    map_y = turn[1, 0] * x + turn[1, 1] * y + bend[..., 1] + size / 2
    moved = cv2.remap(cell, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=255.0)
    return moved.astype(np.uint8, copy=False)
