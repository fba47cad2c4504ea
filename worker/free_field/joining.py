"""Strokes of one digit become one: the halves of a broken stroke, the bar of a 5, the flag of a 1."""

import cv2
import numpy as np

from worker.free_field.strokes import Stroke, Writing

SMALL = 0.45
"""A stroke lower than this share of a digit's height is a part of a digit, a point or dirt."""
OVER = 0.5
"""Strokes above each other share this much of the narrower one's width."""
BESIDE = 0.25
"""Strokes above each other share at most this much of the lower one's height."""
NEAR_ABOVE, NEAR = 0.3, 0.12
"""How far a part may be from its digit, in digit heights: above or below it, and beside it."""
TALLEST = 1.4
"""A digit is not higher than this, in usual heights."""
POINT = 0.45
"""Decimal points and commas are not larger than this, in digit heights."""


def join(writing: Writing) -> Writing:
    """Join what is surely one digit; what may be one is left to the lattice."""
    strokes = {stroke.number: stroke for stroke in writing.strokes}
    number_of = np.arange(int(writing.labels.max()) + 1, dtype=np.int32)
    for part in sorted(writing.strokes, key=lambda stroke: stroke.area):
        own = _own_digit(part, list(strokes.values()), writing)
        if own is not None:
            strokes[own.number] = together(own, part)
            del strokes[part.number]
            number_of[number_of == part.number] = own.number
    return writing._replace(labels=number_of[writing.labels], strokes=list(strokes.values()))


def together(one: Stroke, other: Stroke) -> Stroke:
    """Two strokes as one, under the number of the first."""
    return Stroke(
        one.number,
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
        one.area + other.area,
    )


def is_point(stroke: Stroke, writing: Writing) -> bool:
    """Whether a stroke is small and low in the line, as a decimal point or a comma."""
    top, bottom = writing.line
    small = max(stroke.width, stroke.height) <= POINT * writing.height
    # A comma hangs below the line and begins on it; a point ends about there.
    return small and stroke.bottom > bottom - 0.25 * (bottom - top) and abs(stroke.top - bottom) < 0.4 * (bottom - top)


def is_dash(stroke: Stroke, writing: Writing) -> bool:
    """Whether a stroke is level and thin, as a minus sign."""
    return stroke.height <= 0.25 * writing.height and stroke.width >= 2 * stroke.height and stroke.width > writing.pen


def _own_digit(part: Stroke, others: list[Stroke], writing: Writing) -> Stroke | None:
    """The nearest stroke that a part belongs to."""
    near = [
        (distance, other)
        for other in others
        if other.number != part.number
        and (distance := _distance(part, other, writing)) is not None
        and max(part.bottom, other.bottom) - min(part.top, other.top) <= TALLEST * writing.height
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _distance(part: Stroke, other: Stroke, writing: Writing) -> float | None:
    """How far apart two strokes of one digit are, in pixels; None where they are not of one digit."""
    height = writing.height
    shared = min(part.right, other.right) - max(part.left, other.left)
    above = max(part.top, other.top) - min(part.bottom, other.bottom)  # negative: beside each other
    over = shared >= OVER * min(part.width, other.width)
    if over and -above <= BESIDE * min(part.height, other.height) and above <= NEAR_ABOVE * height:
        return None if is_point(part, writing) or is_point(other, writing) else max(float(above), 0.0)
    if part.height > SMALL * height or is_point(part, writing) or -shared > NEAR * height:
        return None
    distance = _gap(part, other, writing, round(NEAR_ABOVE * height))
    return distance if distance <= (NEAR_ABOVE if over else NEAR) * height else None


def _gap(part: Stroke, other: Stroke, writing: Writing, reach: int) -> float:
    """The smallest distance between the ink of two strokes, in pixels; infinite where it is beyond reach."""
    rows = slice(max(part.top - reach, 0), part.bottom + reach)
    columns = slice(max(part.left - reach, 0), part.right + reach)
    around = writing.labels[rows, columns]
    to_part = cv2.distanceTransform((around != part.number).astype(np.uint8), cv2.DIST_L2, 3)
    there = to_part[around == other.number]
    return float(there.min()) if there.size else float("inf")
