"""Twelve things that happen to a digit on a form, each at five strengths, up to where a person begins to doubt.

They are written for measuring alone: nothing of them is taken from the trainer, so that no network has been fitted to
them.  Each is done to the raw cell of a scan; the product's own normalisation comes after it, as it does in reading.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from bench.digits.cells import CELL_PX, PAPER, PEN, Rng, grey, ink_of, scanned
from formdigits.arrays import GreyPage
from samples.pen import Coverage, TestDigits

FINER = 4
"""Pens are changed on strokes enlarged this much."""
LEAST_PEN_PX = 1.0
"""No pen is thinner."""

Ink = Callable[[Coverage, float, Rng], Coverage]
"""Changes what is written; the strength is one of the five."""
Scan = Callable[[GreyPage, float, Rng], GreyPage]
"""Changes what is seen."""


class Corruption(NamedTuple):
    """One thing that happens, to the ink or to the scan of it."""

    name: str
    strengths: tuple[float, ...]
    meaning: str
    """What the strengths are, for people."""
    ink: Ink | None = None
    scan: Scan | None = None

    def cell(self, digits: TestDigits, row: int, strength: int, seed: int) -> GreyPage:
        """Draw one digit so; the same arguments draw the same cell.

        Args:
            digits: MNIST's test part.
            row: which of them.
            strength: 0 to 4.
            seed: of the whole run.
        """
        rng = np.random.default_rng([seed, row, strength, *self.name.encode()])
        level, ink = self.strengths[strength], ink_of(digits.images[row], rng)
        if self.ink:
            ink = self.ink(ink, level, rng)
        cell = scanned(ink, rng)
        return self.scan(cell, level, rng) if self.scan else cell


def either(rng: Rng) -> float:
    """1 or -1."""
    return float(rng.choice([-1.0, 1.0]))


def warped(ink: Coverage, matrix: np.ndarray) -> Coverage:
    """Apply a matrix of shape (2, 2) about the middle of the cell."""
    middle = np.full(2, (CELL_PX - 1) / 2)
    shift = middle - matrix @ middle
    return cv2.warpAffine(ink, np.column_stack([matrix, shift]), (CELL_PX, CELL_PX), flags=cv2.INTER_LINEAR)


def turned(ink: Coverage, degrees: float, rng: Rng) -> Coverage:
    """Turn and slant."""
    angle, slant = np.deg2rad(degrees) * either(rng), 0.014 * degrees * either(rng)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return warped(ink, turn @ np.array([[1, slant], [0, 1]]))


def squeezed(ink: Coverage, share: float, rng: Rng) -> Coverage:
    """Write so narrow, or so low."""
    return warped(ink, np.diag([share, 1.0] if rng.random() < 0.5 else [1.0, share]))


def cut_off(ink: Coverage, share: float, rng: Rng) -> Coverage:
    """Lose a share of the digit at one edge of the box."""
    quarters = int(rng.integers(4))
    upright = np.ascontiguousarray(np.rot90(ink, quarters))
    left, _, width, _ = cv2.boundingRect((upright > 0.5).astype(np.uint8))
    moved = np.zeros_like(upright)
    gone = left + round(share * width)
    moved[:, : CELL_PX - gone] = upright[:, gone:]
    return np.ascontiguousarray(np.rot90(moved, -quarters))


def with_thin_pen(ink: Coverage, share: float, _: Rng) -> Coverage:
    """Take this share of a stroke's width away, and leave at least its middle line."""
    fine = finer(ink)
    inside = cv2.distanceTransform(fine, cv2.DIST_L2, 5)
    middle = (inside > 0) & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 0.35)
    half = float(np.median(inside[middle])) if middle.any() else 0.0
    reach = round(FINER * LEAST_PEN_PX)
    line = cv2.dilate(middle.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return coarser((inside > share * half) | ((line > 0) & (inside > 0)))


def with_thick_pen(ink: Coverage, px: float, _: Rng) -> Coverage:
    """Make strokes so many pixels wider."""
    outside = cv2.distanceTransform(1 - finer(ink), cv2.DIST_L2, 5)
    return coarser(outside < FINER * px / 2)


def finer(ink: Coverage) -> GreyPage:
    """Enlarged, 1 where there is ink."""
    side = FINER * CELL_PX
    large = cv2.resize(ink, (side, side), interpolation=cv2.INTER_CUBIC)
    return (large > 0.5).astype(np.uint8)


def coarser(mask: np.ndarray) -> Coverage:
    """Back to the size of a cell."""
    return cv2.resize(mask.astype(np.float32), (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA)


def faint(cell: GreyPage, contrast: float, rng: Rng) -> GreyPage:
    """Leave this contrast, as a share of the full range, on paper that is the greyer."""
    ink = (PAPER - cell.astype(np.float32)) / (PAPER - PEN)
    paper = 170 + 140 * contrast
    return grey(paper - 255 * contrast * ink + rng.normal(0, 2.5, cell.shape))


def unevenly_lit(cell: GreyPage, share: float, rng: Rng) -> GreyPage:
    """Let the light fall off by this share across the cell, or let a shadow with a sharp edge lie on a part of it."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-0.5 : 0.5 : CELL_PX * 1j, -0.5 : 0.5 : CELL_PX * 1j]
    along = x * np.cos(angle) + y * np.sin(angle)
    if rng.random() < 0.5:
        return grey(cell * (1 - share * (along / 1.4 + 0.5)))
    edge = 1 / (1 + np.exp(-(along - rng.uniform(-0.3, 0.3)) * CELL_PX / 1.5))
    return grey(cell * (1 - share * edge))


def noisy(cell: GreyPage, deviation: float, rng: Rng) -> GreyPage:
    """Add the noise of a bad sensor."""
    return grey(cell + rng.normal(0, deviation, cell.shape))


def blurred(cell: GreyPage, px: float, _: Rng) -> GreyPage:
    """Blur, and keep as a coarse JPEG."""
    soft = grey(cv2.GaussianBlur(cell.astype(np.float32), (0, 0), px))
    done, data = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, round(70 - 16 * px)])
    assert done
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.uint8, copy=False)


def broken(cell: GreyPage, share: float, rng: Rng) -> GreyPage:
    """Let a pen skip on rough paper over this share of a stroke; then see black and white alone, at 100 dpi."""
    gaps = cv2.GaussianBlur(rng.normal(0, 1, cell.shape).astype(np.float32), (0, 0), 1.3)
    ink = (PAPER - cell.astype(np.float32)) / (PAPER - PEN) * (gaps < np.quantile(gaps, 1 - share))
    half = cv2.resize(ink.astype(np.float32), (CELL_PX // 2, CELL_PX // 2), interpolation=cv2.INTER_AREA)
    return np.where(half > 0.42, np.uint8(0), np.uint8(255))


def specked(cell: GreyPage, n: float, rng: Rng) -> GreyPage:
    """Drop so many specks of dust or toner on it."""
    seen = cell.copy()
    for _ in range(round(n)):
        x, y = (int(at) for at in rng.integers(0, 16 * CELL_PX, 2))
        cv2.circle(seen, (x, y), int(rng.uniform(8, 26)), int(rng.integers(0, 130)), -1, cv2.LINE_AA, shift=4)
    return seen


def with_box_lines(cell: GreyPage, share: float, rng: Rng) -> GreyPage:
    """Leave bits of the box's printed lines at its edges, each this share of a side long."""
    seen = cell.copy()
    for side in rng.choice(4, round(1 + 3 * share), replace=False):
        start, inset = rng.uniform(0, 1 - share) * CELL_PX, rng.uniform(0, 4)
        thick, level = int(rng.integers(1, 3)), int(rng.integers(60, 150))
        upright = np.ascontiguousarray(np.rot90(seen, int(side)))
        line = [(round(start), round(inset)), (round(start + share * CELL_PX), round(inset + rng.uniform(-1, 1)))]
        cv2.line(upright, *line, level, thick, cv2.LINE_AA)
        seen = np.ascontiguousarray(np.rot90(upright, -int(side)))
    return seen


CORRUPTIONS = (
    Corruption("turned and slanted", (6, 10, 14, 18, 22), "degrees either way, and as much slant", turned),
    Corruption("narrow or low", (0.85, 0.75, 0.65, 0.55, 0.45), "of its width or height", squeezed),
    Corruption("cut at an edge", (0.03, 0.06, 0.09, 0.12, 0.15), "of its width or height is lost", cut_off),
    Corruption("thin pen", (0.3, 0.45, 0.6, 0.75, 0.9), "of a stroke's width is missing", with_thin_pen),
    Corruption("thick pen", (1.5, 3, 4.5, 6, 7.5), "pixels more, of 46 that a digit is high", with_thick_pen),
    Corruption("faint on grey paper", (0.45, 0.36, 0.28, 0.22, 0.17), "contrast of the full range", scan=faint),
    Corruption("uneven light", (0.07, 0.14, 0.21, 0.28, 0.35), "of the light is missing", scan=unevenly_lit),
    Corruption("noise", (8, 16, 24, 34, 45), "standard deviation, of 255", scan=noisy),
    Corruption("blur and JPEG", (1, 1.6, 2.2, 2.8, 3.5), "pixels, standard deviation", scan=blurred),
    Corruption("broken, 1 bit", (0.04, 0.08, 0.12, 0.17, 0.22), "of the ink is missing", scan=broken),
    Corruption("specks", (4, 10, 20, 35, 55), "in a cell", scan=specked),
    Corruption(
        "box lines", (0.1, 0.18, 0.27, 0.36, 0.45), "of a side is left, on one to three sides", scan=with_box_lines
    ),
)
FIRST_STRENGTHS = {
    "uneven light": (0.1, 0.2, 0.3, 0.4, 0.5),
    "broken, 1 bit": (0.08, 0.16, 0.24, 0.32, 0.4),
    "box lines": (0.15, 0.25, 0.35, 0.45, 0.6),
}
"""What three of them had before their errors were seen.  They were lowered then, so both are measured and told."""
AS_FIRST = tuple(
    one._replace(strengths=FIRST_STRENGTHS[one.name]) for one in CORRUPTIONS if one.name in FIRST_STRENGTHS
)
