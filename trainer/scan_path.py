"""The way from pen to crop: a digit as ink of one pen on some paper, scanned somehow, and normalised as in a page.

Augmentation changes crops; this changes what a crop is made from.  What a threshold breaks, what a coarse scan blurs
and what a box leaves behind is normalised afterwards, as the worker does it, so it moves and scales the digit too.
"""

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import DigitCrop, GreyPage
from formdigits.digit_crop import normalise

SCAN_PATH_VERSION = 1
"""Changes whenever the same seed makes other crops; kept in the lineage of a model version."""
DIGIT_PX = (15, 64)
"""Height of a digit: 4 mm at 100 dpi to 5.5 mm at 300 dpi."""
CELL_SHARE = (0.6, 0.86)
"""Height of a digit as a share of its cell."""

Rng = np.random.Generator
Ink = npt.NDArray[np.float32]
"""Shape (h, w), 0.0 is paper and 1.0 full ink."""


def scan(image: npt.NDArray[np.uint8], rng: Rng) -> DigitCrop | None:
    """Write one digit with some pen on some paper and take it to its crop.

    Args:
        image: shape (h, w), 255 is ink.
        rng: decides which pen, paper and scanner.

    Returns:
        Shape (28, 28, 1), 0.0 is ink and 1.0 is paper; None where nothing is left of it.
    """
    height_px = round(float(np.exp(rng.uniform(*np.log(DIGIT_PX)))))
    ink = in_cell(written(image, height_px, rng), height_px, rng)
    if rng.random() < 0.06:
        leave_box(ink, rng)
    return normalise(scanned(ink, rng))


def written(image: npt.NDArray[np.uint8], height_px: int, rng: Rng) -> Ink:
    """The strokes of a digit at this height, by a pen that is thinner or thicker than the one it was written with."""
    left, top, width, height = cv2.boundingRect((image > 50).astype(np.uint8))
    scale = height_px / max(width, height)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    cut = image[top : top + height, left : left + width].astype(np.float32) / np.float32(255)
    framed = cv2.copyMakeBorder(cut, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    large = cv2.resize(framed, (size[0] + round(2 * scale), size[1] + round(2 * scale)), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.6:
        # Grey at a stroke's edge says how far it reaches: cut it sharply at another level, and the pen is another one.
        level, softness = rng.uniform(0.28, 0.6), max(rng.uniform(0.8, 2.2) / scale, 0.12)
        large = (large - level) / softness + 0.5
    return np.clip(large, 0, 1).astype(np.float32)


def in_cell(ink: Ink, height_px: int, rng: Rng) -> Ink:
    """The digit somewhere in the middle of its cell."""
    side = round(height_px / rng.uniform(*CELL_SHARE)) + 4
    cell = np.zeros((max(side, ink.shape[0]), max(side, ink.shape[1])), np.float32)
    room_y, room_x = cell.shape[0] - ink.shape[0], cell.shape[1] - ink.shape[1]
    y = round(room_y * np.clip(rng.normal(0.5, 0.14), 0, 1))
    x = round(room_x * np.clip(rng.normal(0.5, 0.14), 0, 1))
    cell[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return cell


def leave_box(ink: Ink, rng: Rng) -> None:
    """Leave a bit of the printed box at one edge, or a bit of the neighbour's stroke."""
    along = np.sort(rng.integers(0, ink.shape[0], 2))
    thick = max(1, round(ink.shape[0] * rng.uniform(0.01, 0.04)))
    level = np.float32(rng.uniform(0.2, 0.9))
    side = rng.integers(4)
    strip = (ink, ink[::-1], ink.T, ink.T[::-1])[side][:thick, along[0] : along[1] + 1]
    np.maximum(strip, level, out=strip)


def scanned(ink: Ink, rng: Rng) -> GreyPage:
    """Ink on paper as a scanner sees it, uint8."""
    paper, dark = rng.uniform(170, 255), rng.uniform(0.3, 1.0) if rng.random() < 0.5 else rng.uniform(0.75, 1.0)
    contrast = paper * dark
    if rng.random() < 0.2:
        ink = ink * uneven(ink.shape, 0.35, 6, rng)  # a pen that runs dry
    if rng.random() < 0.6:
        sigma = rng.uniform(0.3, 0.8 if min(ink.shape) < 32 else 1.6)  # little is left of a small one
        ink = cv2.GaussianBlur(ink, (0, 0), sigma).astype(np.float32)
    page = paper - np.float32(contrast) * ink
    if rng.random() < 0.12:
        page = page - np.float32(0.15 * contrast) * (1 - uneven(ink.shape, 1, 2, rng))
    page = page + rng.normal(0, rng.uniform(0, 0.06) * contrast, ink.shape)
    if rng.random() < 0.18:
        return np.where(page < paper - contrast * rng.uniform(0.35, 0.65), 0, 255).astype(np.uint8)
    cell = np.clip(page, 0, 255).astype(np.uint8)
    return jpeg(cell, int(rng.integers(40, 96))) if rng.random() < 0.35 else cell


def uneven(shape: tuple[int, ...], depth: float, knots: int, rng: Rng) -> Ink:
    """Factors from `1 - depth` to 1 that change slowly over the cell."""
    coarse = rng.uniform(1 - depth, 1, (knots, knots)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1).astype(np.float32)


def jpeg(cell: GreyPage, quality: int) -> GreyPage:
    """The cell as this quality leaves it."""
    _, data = cv2.imencode(".jpg", cell, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return np.asarray(decoded, np.uint8)
