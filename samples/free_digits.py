"""Numbers written by hand into one free box: digits of MNIST's test part at natural spacing, on white paper."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from samples.pen import Coverage, TestDigits, trace
from samples.scanner import Picture

BROKEN_SHARE = 0.12
"""Share of digits whose stroke has a gap, as a dry pen or a hard threshold leaves it."""
Paper = npt.NDArray[np.float32]
"""Shape (h, w), how much of each pixel the ink covers."""


class FreeNumber(NamedTuple):
    """One drawn field."""

    picture: Picture
    """Grey, shape (h, w), on white paper."""
    px_per_mm: float
    text: str
    """What is written, with `.` for a decimal point or comma."""


def write_number(
    digits: TestDigits, rng: np.random.Generator, *, length: int, touching: float, point: bool = False
) -> FreeNumber:
    """Write a number.

    Args:
        digits: whose hands to write with.
        rng: of this number.
        length: how many digits.
        touching: share of neighbours whose strokes touch or overlap, 0 to 1.
        point: whether there is a decimal point or comma.
    """
    px_per_mm = float(rng.choice([150, 200, 300])) / 25.4
    height = rng.uniform(4.5, 8.5) * px_per_mm
    slant = rng.normal(0, 0.13)
    line = np.zeros((round(2.2 * height), round((length + 2) * 1.5 * height)), np.float32)
    place_of_point = int(rng.integers(1, length)) if point and length > 1 else 0
    text, after_point = "", False
    for number in range(length):
        if number and number == place_of_point:
            write_point(line, height, rng)
            text, after_point = text + ".", True
        image, label = digits.draw_lot(rng)
        strokes = slanted(trace(image, round(height * rng.uniform(0.86, 1.14))), slant + rng.normal(0, 0.05))
        if rng.random() < BROKEN_SHARE:
            strokes = broken(strokes, rng, height)
        touches = number > 0 and not after_point and rng.random() < touching
        append(line, strokes, height, rng, touches=touches)
        text, after_point = text + str(label), False
    return FreeNumber(scanned(line, height, rng), px_per_mm, text)


def slanted(strokes: Coverage, slant: float) -> Coverage:
    """Lean a digit to the right by a share of its height."""
    height, width = strokes.shape
    room = round(abs(slant) * height) + 2
    shear = np.array([[1, -slant, room + slant * height / 2], [0, 1, 2]], np.float32)
    leaned = cv2.warpAffine(strokes, shear, (width + 2 * room, height + 4))
    left, top, width, height = cv2.boundingRect((leaned > 0.3).astype(np.uint8))
    return leaned[top : top + height, left : left + width].astype(np.float32)


def broken(strokes: Coverage, rng: np.random.Generator, height: float) -> Coverage:
    """Lift the pen somewhere along a stroke."""
    rows, columns = np.nonzero(strokes > 0.8)
    if not len(rows):
        return strokes
    i = int(rng.integers(len(rows)))
    angle, reach = rng.uniform(0, np.pi), 0.14 * height
    step = np.array([np.cos(angle), np.sin(angle)]) * reach
    middle = np.array([columns[i], rows[i]])
    ends = [(round(x), round(y)) for x, y in (middle - step, middle + step)]
    gap = strokes.copy()
    cv2.line(gap, ends[0], ends[1], (0.0,), max(1, round(rng.uniform(0.02, 0.06) * height)))
    return gap


def append(line: Paper, strokes: Coverage, height: float, rng: np.random.Generator, *, touches: bool) -> None:
    """Write the next digit behind what stands on the line, touching it or not."""
    top = round(1.6 * height - strokes.shape[0] + rng.normal(0, 0.05) * height)
    top = min(max(top, 0), line.shape[0] - strokes.shape[0])
    contact = first_contact(line, strokes, top)
    gap = -rng.uniform(0.02, 0.12) if touches else rng.uniform(0.07, 0.45)
    left = max(round(contact + gap * height), 0)
    place = line[top : top + strokes.shape[0], left : left + strokes.shape[1]]
    np.maximum(place, strokes[:, : place.shape[1]], out=place)


def first_contact(line: Paper, strokes: Coverage, top: int) -> int:
    """Where the digit's left edge is when its ink, pushed from the right, meets what is written."""
    written = line[top : top + strokes.shape[0]] > 0.3
    if not (line > 0.3).any():
        return round(0.5 * strokes.shape[0])
    near = cv2.dilate(written.astype(np.uint8), np.ones((3, 1), np.uint8)) > 0
    ink = strokes > 0.3
    ends = np.where(near.any(axis=1), near.shape[1] - near[:, ::-1].argmax(axis=1), -(10**6))
    begins = np.where(ink.any(axis=1), ink.argmax(axis=1), 10**6)
    meets = int((ends - begins).max())
    rightmost = int(np.flatnonzero((line > 0.3).any(axis=0)).max())
    return max(meets, rightmost - round(0.6 * strokes.shape[0]))  # not below a long bar, out of the line


def write_point(line: Paper, height: float, rng: np.random.Generator) -> None:
    """A decimal point, or a comma."""
    x = int(np.flatnonzero((line > 0.3).any(axis=0)).max()) + rng.uniform(0.12, 0.25) * height
    y, radius = 1.57 * height, rng.uniform(0.05, 0.09) * height
    if rng.random() < 0.4:
        ends = (round(x), round(y)), (round(x - rng.uniform(0.02, 0.1) * height), round(y + 0.2 * height))
        cv2.line(line, *ends, (1.0,), max(2, round(1.3 * radius)), cv2.LINE_AA)
    else:
        cv2.circle(line, (round(x), round(y)), max(1, round(radius)), (1.0,), -1, cv2.LINE_AA)


def scanned(line: Paper, height: float, rng: np.random.Generator) -> Picture:
    """As a pen, a scanner and a flattened background leave it: grey ink, soft edges, a little noise, specks."""
    columns = np.flatnonzero((line > 0.3).any(axis=0))
    cut = line[:, : int(columns.max()) + round(0.5 * height)]
    ink = 255 - float(rng.uniform(25, 120))
    grey = 252 - ink * cv2.GaussianBlur(cut, (0, 0), rng.uniform(0.4, 0.9))
    grey += rng.normal(0, rng.uniform(1, 5), grey.shape)
    for _ in range(int(rng.integers(0, 4))):
        y, x = int(rng.integers(grey.shape[0])), int(rng.integers(grey.shape[1]))
        grey[y : y + 2, x : x + 2] = 120
    picture: Picture = np.clip(grey, 0, 255).astype(np.uint8)
    return picture
