"""Ink that is no digit, as the trainer does not draw it: what is measured here, no network has been shown.

None of it shares code or seeds with the trainer's rubbish, and a third of the kinds the trainer has none of.
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from bench.digits.cells import CELL_PX, Rng, ink_of, scanned
from formdigits.arrays import GreyPage
from samples.pen import Coverage, TestDigits

FINE, SHIFT = 16, 4
"""OpenCV draws in sixteenths of a pixel, which is 2 to the power of 4."""
HIDING = 1.5
"""Ink of two digits together, beside the ink of the larger one."""
SIGNS = ("+", "=", "~", "!!", "->", "//", "<>", "...", "[]", "::", "{}", '"', "^", "|||", "%%", ";-")

Points = npt.NDArray[np.float64]
"""Shape (n, 2), x and y as shares of the cell."""
Kind = Callable[[TestDigits, Rng], Coverage]


def paper() -> Coverage:
    """An empty cell."""
    return np.zeros((CELL_PX, CELL_PX), np.float32)


def pen(rng: Rng) -> int:
    """A pen's width in pixels: 0.25 to 0.9 mm."""
    return int(rng.integers(2, 8))


def draw(ink: Coverage, points: Points, width_px: int) -> Coverage:
    """Draw a line through points."""
    path = np.rint(points * CELL_PX * FINE).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(ink, [path], isClosed=False, color=1.0, thickness=width_px, lineType=cv2.LINE_8, shift=SHIFT)
    return ink


def wandering(rng: Rng, n: int, turn: float) -> Points:
    """A pen that goes on and turns by chance, kept inside of the cell."""
    at, heading, bend, path = rng.uniform(0.3, 0.7, 2), rng.uniform(0, 2 * np.pi), 0.0, []
    for _ in range(n):
        bend = 0.85 * bend + rng.normal(0, turn)
        heading += bend
        at = at + 0.03 * np.array([np.cos(heading), np.sin(heading)])
        if (at < 0.08).any() or (at > 0.92).any():
            heading = float(np.arctan2(*(0.5 - at)[::-1]))
            at = np.clip(at, 0.08, 0.92)
        path.append(at)
    return np.array(path)


def scrawl(_: TestDigits, rng: Rng) -> Coverage:
    """A long line without a plan."""
    return draw(paper(), wandering(rng, int(rng.integers(120, 320)), rng.uniform(0.15, 0.5)), pen(rng))


def signature(_: TestDigits, rng: Rng) -> Coverage:
    """Small loops in a row, as initials are written."""
    turns, x = rng.uniform(3, 6), np.linspace(0, 1, 200)
    y = 0.5 + rng.uniform(0.12, 0.32) * np.sin(2 * np.pi * turns * x) * (1 - 0.6 * rng.random() * x)
    across = 0.12 + 0.72 * x + rng.uniform(0.03, 0.1) * np.cos(2 * np.pi * turns * x)
    return draw(paper(), np.column_stack([across, y]), pen(rng))


def spiral(_: TestDigits, rng: Rng) -> Coverage:
    """Round and round, at least three times."""
    t = np.linspace(0, 2 * np.pi * rng.uniform(3, 5.5), 240)
    radius = np.linspace(rng.uniform(0.02, 0.08), 0.4, 240)
    points = 0.5 + np.column_stack([radius * np.cos(t), radius * np.sin(t) * rng.uniform(0.6, 1)])
    return draw(paper(), points, min(pen(rng), 4))


def star(_: TestDigits, rng: Rng) -> Coverage:
    """An asterisk, or a star in one line."""
    n, turn, ink, width = int(rng.integers(3, 6)), rng.uniform(0, np.pi), paper(), pen(rng)
    if rng.random() < 0.5:
        angles = turn + np.arange(6) * 4 * np.pi / 5
        return draw(ink, 0.5 + 0.4 * np.column_stack([np.cos(angles), np.sin(angles)]), width)
    for angle in turn + np.arange(n) * np.pi / n:
        along = rng.uniform(0.3, 0.44) * np.array([np.cos(angle), np.sin(angle)])
        draw(ink, np.array([0.5 - along, 0.5 + along]), width)
    return ink


def arrow(_: TestDigits, rng: Rng) -> Coverage:
    """A line with a head at one end or at both."""
    angle, ink, width = rng.uniform(0, 2 * np.pi), paper(), pen(rng)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    ends = [0.5 - 0.4 * ahead, 0.5 + 0.4 * ahead]
    draw(ink, np.array(ends), width)
    for sign, end in ((1, ends[1]), (-1, ends[0]))[: 1 + int(rng.random() < 0.3)]:
        for side in (0.6, -0.6):
            back = np.array([np.cos(angle + side), np.sin(angle + side)]) * sign * rng.uniform(0.18, 0.3)
            draw(ink, np.array([end, end - back]), width)
    return ink


def grid(_: TestDigits, rng: Rng) -> Coverage:
    """Crossing lines: a table, a fence, a hash."""
    ink, width = paper(), min(pen(rng), 4)
    for upright in (True, False):
        for at in np.linspace(0.25, 0.75, int(rng.integers(2, 5))):
            ends = np.array([[at, 0.1], [at, 0.9]]) + rng.normal(0, 0.03, (2, 2))
            draw(ink, ends if upright else ends[:, ::-1], width)
    return ink


def overwritten(digits: TestDigits, rng: Rng) -> Coverage:
    """One digit written over another: a correction that nobody can decide."""
    while True:
        one, other = (ink_of(digits.draw_lot(rng)[0], rng) for _ in range(2))
        both = np.maximum(one, other)
        # Where one nearly hides the other, the digit that is seen is right.
        if both.sum() > HIDING * max(one.sum(), other.sum()):
            return both


def struck_out(digits: TestDigits, rng: Rng) -> Coverage:
    """A digit under a coil or a zigzag that hides it."""
    ink, x = ink_of(digits.draw_lot(rng)[0], rng), np.linspace(0, 1, 120)
    turns, height = rng.uniform(4, 8), rng.uniform(0.2, 0.34)
    wave = np.sin(2 * np.pi * turns * x) if rng.random() < 0.5 else 2 * np.abs(2 * ((turns * x) % 1) - 1) - 1
    points = np.column_stack([0.08 + 0.84 * x, 0.5 + rng.uniform(-0.2, 0.2) * (x - 0.5) + height * wave])
    return draw(ink, points if rng.random() < 0.6 else points[:, ::-1], max(3, pen(rng)))


def crowd(digits: TestDigits, rng: Rng) -> Coverage:
    """Three digits, or two, where one should be."""
    ink, n = paper(), int(rng.integers(2, 4))
    width = CELL_PX // n
    for i in range(n):
        one = cv2.resize(ink_of(digits.draw_lot(rng)[0], rng), (width, int(rng.integers(30, 56))))
        top = int(rng.integers(0, CELL_PX - one.shape[0]))
        place = ink[top : top + one.shape[0], i * width : (i + 1) * width]
        np.maximum(place, one, out=place)
    return ink


def print_rest(_: TestDigits, rng: Rng) -> Coverage:
    """A bit of a printed word, or a sign."""
    ink = paper()
    sign = str(rng.choice(SIGNS)) if rng.random() < 0.5 else "".join(rng.choice(list("aceghmnrstuw"), 4))
    scale = rng.uniform(0.8, 1.3) if len(sign) == 4 else rng.uniform(1.4, 2.4)
    thick = int(rng.integers(1, 4))
    (width, height), _ = cv2.getTextSize(sign, cv2.FONT_HERSHEY_TRIPLEX, scale, thick)
    at = round((CELL_PX - width) / 2 + rng.normal(0, 2)), round((CELL_PX + height) / 2 + rng.normal(0, 2))
    level = np.zeros((CELL_PX, CELL_PX), np.uint8)
    cv2.putText(level, sign, at, cv2.FONT_HERSHEY_TRIPLEX, scale, 255, thick, cv2.LINE_AA)
    return np.maximum(ink, level.astype(np.float32) / 255)


def smear(_: TestDigits, rng: Rng) -> Coverage:
    """Ink that a hand or water has spread."""
    field = cv2.GaussianBlur(rng.normal(0, 1, (CELL_PX, CELL_PX)).astype(np.float32), (0, 0), rng.uniform(3, 7))
    y, x = np.mgrid[-1 : 1 : CELL_PX * 1j, -1 : 1 : CELL_PX * 1j]
    field = field / field.std() - 2.2 * (x**2 + y**2) ** rng.uniform(0.7, 1.5)
    shade = np.clip((field - rng.uniform(-1.0, -0.2)) * rng.uniform(0.5, 3), 0, 1)
    return shade.astype(np.float32)


def dots(_: TestDigits, rng: Rng) -> Coverage:
    """A handful of thick dots, as somebody tries a pen."""
    ink = paper()
    for _dot in range(int(rng.integers(3, 9))):
        x, y = (int(at) for at in rng.uniform(0.15, 0.85, 2) * CELL_PX)
        cv2.circle(ink, (x, y), int(rng.integers(2, 6)), 1.0, -1)
    return ink


KINDS: dict[str, Kind] = {
    "scrawl": scrawl,
    "signature": signature,
    "spiral": spiral,
    "star": star,
    "arrow": arrow,
    "grid": grid,
    "overwritten digit": overwritten,
    "digit struck out": struck_out,
    "two or three digits": crowd,
    "bit of print": print_rest,
    "smear": smear,
    "dots": dots,
}


def rubbish_cell(digits: TestDigits, kind: str, number: int, seed: int) -> GreyPage:
    """Draw one cell; the same arguments draw the same."""
    rng = np.random.default_rng([seed, number, *kind.encode()])
    return scanned(KINDS[kind](digits, rng), rng)
