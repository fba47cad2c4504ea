"""Ink that is no digit, drawn from a seed: what people, pens and scanners leave in a box besides digits.

A network with ten outputs accepts half of all scribbles at the threshold that rejects one digit in a hundred; one that
was shown such crops as an eleventh class accepts a few percent.  Everything is drawn on a cell and goes through
`normalise`, so the network sees it as the worker would show it.
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from formdigits.digit_crop import normalise
from trainer.letters import letter
from trainer.scribbles import CELL_PX, Rng, blank, pen, smooth, stroke, turned, without_a_digit

RUBBISH_VERSION = 4
"""Changes whenever the same seed draws other rubbish; kept in the lineage of a model version."""
Digits = npt.NDArray[np.uint8]
"""Shape (n, 28, 28), 255 is ink."""

GREY, TRIES = 128, 8
MUCH_MORE = 1.6
"""Ink of two digits on each other beside that of the larger one; with less the one may hide the other."""
NO_DIGITS_EITHER = {0: ("left", "top", "bottom"), 2: ("bottom",), 5: ("top",), 8: ("left",), 3: ("left",)}
"""Halves of digits that do not look like another digit; half an 8 from the right is a 3."""


def draw_rubbish(n: int, images: Digits, labels: npt.NDArray[np.int64], *, seed: int) -> npt.NDArray[np.uint8]:
    """Draw `n` crops that show no digit.

    Args:
        n: how many.
        images: digits to cross out, squeeze and halve, shape (m, 28, 28), 255 is ink.
        labels: what they are, shape (m,).
        seed: the same seed draws the same crops.

    Returns:
        Shape (n, 28, 28, 1), 0 is ink and 255 is paper.
    """
    rng = np.random.default_rng(seed)
    by_digit = [images[labels == digit] for digit in range(10)]
    crops = np.empty((n, 28, 28, 1), np.uint8)
    for row in range(n):
        crop = None
        while crop is None:
            kind = KINDS[rng.choice(len(KINDS), p=SHARES)]
            crop = normalise(softened(kind(rng, by_digit), rng))
        crops[row] = np.rint(crop * 255)
    return crops


def softened(cell: GreyPage, rng: Rng) -> GreyPage:
    """As a pen and a scanner leave it: soft edges."""
    return cv2.GaussianBlur(cell, (0, 0), rng.uniform(0.4, 1.4)).astype(np.uint8, copy=False)


def enlarged(digit: Digits, width_px: int, height_px: int) -> GreyPage:
    """A digit, cut to its ink and drawn at this size, on white."""
    x, y, width, height = cv2.boundingRect(digit)
    ink = cv2.resize(digit[y : y + height, x : x + width], (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    return (255 - ink).astype(np.uint8, copy=False)


def with_digit(rng: Rng, digit: Digits) -> GreyPage:
    """A cell with one digit in its middle."""
    cell, width, height = blank(), int(rng.integers(18, 40)), int(rng.integers(36, 50))
    left, top = (CELL_PX - width) // 2, (CELL_PX - height) // 2
    cell[top : top + height, left : left + width] = enlarged(digit, width, height)
    return cell


def any_of(rng: Rng, images: Digits) -> Digits:
    """One of the images."""
    image: Digits = images[rng.integers(len(images))]
    return image


def by_pen(rng: Rng, _: list[Digits]) -> GreyPage:
    """What a pen leaves without a digit in mind."""
    return without_a_digit(rng)


def crossed_out(rng: Rng, by_digit: list[Digits]) -> GreyPage:
    """A digit with strokes through all of it; one stroke alone could be a crossed 7 or a slashed 0, so two or more."""
    cell, width_px = with_digit(rng, any_of(rng, by_digit[rng.integers(10)])), pen(rng)
    n = int(rng.integers(2, 5))
    if rng.random() < 0.3:
        for slope in (1, -1):
            stroke(
                cell,
                np.array([[0.1, 0.5 - 0.4 * slope], [0.9, 0.5 + 0.4 * slope]]) + rng.normal(0, 0.05, (2, 2)),
                width_px,
            )
        return cell
    if rng.random() < 0.4:
        x, y = np.linspace(0.1, 0.9, 2 * n + 3), np.where(np.arange(2 * n + 3) % 2, 0.75, 0.25)
        stroke(cell, np.column_stack([x, y]) + rng.normal(0, 0.05, (2 * n + 3, 2)), width_px)
        return cell
    tilt = rng.uniform(-0.35, 0.35)
    for height in np.linspace(0.3, 0.7, n):
        stroke(cell, np.array([[0.06, height - tilt], [0.94, height + tilt]]) + rng.normal(0, 0.04, (2, 2)), width_px)
    return cell


def squeezed_pair(rng: Rng, by_digit: list[Digits]) -> GreyPage:
    """Two digits in one box."""
    cell = blank()
    for left in (2, 33):
        width, height = int(rng.integers(18, 32)), int(rng.integers(30, 54))
        left_px, top = left + int(rng.integers(-2, 3)), int(rng.integers(2, CELL_PX - height - 1))
        digit = enlarged(any_of(rng, by_digit[rng.integers(10)]), width, height)
        part = cell[top : top + height, max(left_px, 0) : max(left_px, 0) + width]
        np.minimum(part, digit[:, : part.shape[1]], out=part)
    return cell


def overwritten(rng: Rng, by_digit: list[Digits]) -> GreyPage:
    """A digit that was corrected by another one on top of it, where the two together have much more ink than one."""
    for _ in range(TRIES):
        first, second = rng.choice(10, 2, replace=False)
        under, over = (with_digit(rng, any_of(rng, by_digit[digit])) for digit in (first, second))
        both = np.minimum(under, over)
        if (both < GREY).sum() > MUCH_MORE * max((under < GREY).sum(), (over < GREY).sum()):
            return both
    return crossed_out(rng, by_digit)


def half(rng: Rng, by_digit: list[Digits]) -> GreyPage:
    """A digit that a wrong box or a fold has cut."""
    digit = int(rng.choice(list(NO_DIGITS_EITHER)))
    image = any_of(rng, by_digit[digit]).copy()
    x, y, width, height = cv2.boundingRect(image)
    middle_x, middle_y = x + int(width * rng.uniform(0.4, 0.55)), y + int(height * rng.uniform(0.4, 0.55))
    side = rng.choice(NO_DIGITS_EITHER[digit])
    if side == "left":
        image[:, middle_x:] = 0
    elif side == "top":
        image[middle_y:] = 0
    else:
        image[:middle_y] = 0
    return with_digit(rng, image) if image.any() else without_a_digit(rng)


def box_corner(rng: Rng, _: list[Digits]) -> GreyPage:
    """What is left of a printed box: a corner, a T, a frame or a bar; never an upright bar alone, which is a 1."""
    cell, width_px = blank(), int(rng.integers(1, 5))
    near, far = rng.uniform(0.02, 0.2), rng.uniform(0.8, 0.98)
    bars = [
        [[near, near], [far, near]],
        [[near, near], [near, far]],
        [[near, far], [far, far]],
        [[far, near], [far, far]],
    ]
    n = int(rng.integers(0, 4))  # besides the first bar; one alone is never the right one, because that makes a 7
    others = [int(rng.integers(1, 3))] if n == 1 else rng.choice([1, 2, 3], n, replace=False)
    chosen = [bars[0], *(bars[i] for i in others)]
    for bar in chosen:
        stroke(cell, np.array(bar) + rng.normal(0, 0.015, (2, 2)), width_px)
    return np.ascontiguousarray(np.flipud(cell)) if rng.random() < 0.5 else cell


def mark(rng: Rng, _: list[Digits]) -> GreyPage:
    """A tick, a cross, a dash or a wave."""
    cell, kind = blank(), rng.integers(4)
    if kind == 0:
        points = np.array([[0.15, 0.55], [0.4, 0.85], [0.9, 0.12]])
        stroke(cell, points + rng.normal(0, 0.06, (3, 2)), pen(rng))
    elif kind == 1:
        for slope in (1, -1):
            ends = np.array([[0.15, 0.5 - 0.35 * slope], [0.85, 0.5 + 0.35 * slope]])
            stroke(cell, ends + rng.normal(0, 0.05, (2, 2)), pen(rng))
    elif kind == 2:
        stroke(cell, np.array([[0.1, 0.5], [0.9, 0.5]]) + rng.normal(0, 0.06, (2, 2)), pen(rng))
    else:
        x = np.linspace(0.08, 0.92, 50)
        y = 0.5 + rng.uniform(0.06, 0.22) * np.sin(x * rng.uniform(7, 22) + rng.uniform(0, 6))
        stroke(cell, np.column_stack([x, y]), pen(rng))
    return cell


def arrow(rng: Rng, _: list[Digits]) -> GreyPage:
    """From a box to where its answer is: a shaft, straight or bent, and two barbs at its end."""
    cell, width_px = blank(), pen(rng)
    shaft = smooth(np.array([[0.1, 0.5], [0.5, 0.5 + rng.normal(0, 0.1)], [0.9, 0.5]]))
    tip, length, spread = shaft[-1], rng.uniform(0.22, 0.4), rng.uniform(0.45, 0.9)
    barbs = [tip - length * np.array([np.cos(spread), side * np.sin(spread)]) for side in (1, -1)]
    angle = rng.uniform(0, 2 * np.pi)
    for line in (shaft, np.array([barbs[0], tip, barbs[1]])):
        stroke(cell, turned(line + rng.normal(0, 0.01, line.shape), angle, 0.95), width_px)
    return cell


def stain(rng: Rng, _: list[Digits]) -> GreyPage:
    """A blot, or a few."""
    cell = blank()
    for _blot in range(int(rng.choice([1, 1, 1, 2, 4]))):
        angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        radius = rng.uniform(0.08, 0.38) * (1 + rng.uniform(0.05, 0.3) * rng.normal(0, 1, 24)).clip(0.4, 1.6)
        shape = np.column_stack([np.cos(angle) * rng.uniform(0.5, 1), np.sin(angle)]) * radius[:, None]
        outline = np.rint((shape + rng.uniform(0.35, 0.65, 2)) * CELL_PX).astype(np.int32)
        cv2.fillPoly(cell, [outline], int(rng.integers(0, 90)), cv2.LINE_AA)
    return cell


def written_letter(rng: Rng, _: list[Digits]) -> GreyPage:
    """A letter that is not also a digit."""
    return letter(rng, CELL_PX)


KINDS: tuple[Callable[[Rng, list[Digits]], GreyPage], ...] = (
    by_pen, crossed_out, squeezed_pair, overwritten, half, box_corner, mark, arrow, stain, written_letter,
)  # fmt: skip
SHARES = (0.29, 0.14, 0.1, 0.08, 0.02, 0.05, 0.07, 0.02, 0.04, 0.19)
