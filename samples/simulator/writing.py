"""Filling in a form: digits of MNIST's test part, written with pens of many colours."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import Box, to_scan_px
from samples.pen import Coverage, TestDigits, write, write_digit
from samples.simulator.sheet import Sheet

PENS = {
    "black": (38, 38, 42),
    "blue": (32, 44, 120),
    "red": (185, 40, 45),
    "green": (30, 110, 60),
    "pencil": (105, 105, 108),
}
"""Red, green and blue of what people write with."""
FAINT_PENS = {"faint blue": (130, 148, 205), "faint red": (222, 128, 132), "faint pencil": (158, 158, 160)}
"""About as dark as the light blue of printed boxes, or a little darker: a threshold or a copier loses them."""
FULL, BLANK = 0.75, 0.1
"""Shares of fields with a digit in every box, and of those without any; the others have some blank boxes."""
BLANK_BOX = 0.25
FREE_GAP = (-0.04, 0.3)
"""Without boxes: paper between two digits, as a share of the digits' height; where it is less than none they touch."""


class Writer(NamedTuple):
    """Who fills in a page."""

    pen: str
    colour: tuple[int, int, int]
    size: float
    """Factor on the height of digits: 0.85 is a small hand, 1.1 one that leaves the boxes."""


def draw_writer(rng: np.random.Generator, *, may_be_faint: bool) -> Writer:
    """Anybody; one in six has a faint pen, where that may be."""
    pens = FAINT_PENS if may_be_faint and rng.random() < 1 / 6 else PENS
    pen = str(rng.choice(list(pens)))
    return Writer(pen, pens[pen], float(rng.uniform(0.85, 1.1)))


def fill_in(
    sheet: Sheet, form: FormTemplate, page_number: int, digits: TestDigits, rng: np.random.Generator, writer: Writer
) -> dict[str, str]:
    """Write into all digit fields of a page, and say what: one character a box, `_` where it is blank."""
    sheet.note(f"pen: {writer.pen}")
    truth = {}
    for field in form.fields_on(page_number):
        if field.kind == "digits":
            write_field = write_boxes if field.cells else write_free
            truth[field.name] = write_field(sheet, field, digits, rng, writer)
    return truth


def write_boxes(sheet: Sheet, field: Field, digits: TestDigits, rng: np.random.Generator, writer: Writer) -> str:
    """Write one digit into each box, or leave some or all of them blank."""
    lot, text = rng.random(), ""
    for cell in field.cells:
        if lot > 1 - BLANK or (lot > FULL and rng.random() < BLANK_BOX):
            text += "_"
            continue
        image, label = digits.draw_lot(rng)
        cell_px = scaled(in_pixels(sheet, cell), writer.size)
        write_digit(sheet.picture, image, cell_px, rng, writer.colour, trace)
        text += str(label)
    return text


def write_free(sheet: Sheet, field: Field, digits: TestDigits, rng: np.random.Generator, writer: Writer) -> str:
    """Write digits side by side into an area, as many as it holds; some touch."""
    area, (least, most) = in_pixels(sheet, field.box), field.lengths
    lots = [digits.draw_lot(rng) for _ in range(int(rng.integers(least, most + 1)))]
    gap = rng.uniform(*FREE_GAP)
    height = min(area.height * rng.uniform(0.55, 0.75), area.width / (len(lots) * (0.85 + max(gap, 0))))
    strokes = [trace(image, round(height * rng.uniform(0.85, 1.05))) for image, _ in lots]
    gaps = np.maximum(gap + rng.normal(0, 0.04, len(lots)), FREE_GAP[0]) * height
    room = area.width - sum(one.shape[1] for one in strokes) - gaps.sum()
    x = area.x + rng.uniform(0.1, 0.9) * max(0.0, room)
    for one, after in zip(strokes, gaps, strict=True):
        y = area.y + area.height / 2 + rng.normal(0, 0.03) * area.height
        write(sheet.picture, one, (x + one.shape[1] / 2, y), writer.colour)
        x += one.shape[1] + after
    return "".join(str(label) for _, label in lots)


def trace(image: npt.NDArray[np.uint8], height_px: int) -> Coverage:
    """Enlarge a digit of 28 x 28 to strokes, cut tightly, `height_px` high or as wide.

    Where a stroke is so thin that MNIST has it in grey, it stays a thin stroke: as many of these digits are read
    rightly as of MNIST's own pixels (9,952 and 9,954 of its test part, by the shipped network).
    """
    left, top, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
    scale = height_px / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    ink = image.astype(np.float32) / 255
    darkest_near = cv2.blur(cv2.dilate(ink, np.ones((5, 5), np.uint8)), (5, 5))
    even = (ink / np.maximum(darkest_near, 0.4))[top : top + height, left : left + width]
    large = cv2.resize(even, size, interpolation=cv2.INTER_CUBIC)
    return np.clip((large - 0.45) / max(1.8 / scale, 0.15) + 0.5, 0, 1).astype(np.float32)


def in_pixels(sheet: Sheet, box: Box) -> Box:
    """A box of the form on a sheet that nobody has turned yet."""
    (left, top), (right, bottom) = to_scan_px([(box.x, box.y), (box.right, box.bottom)], sheet.homography)
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def scaled(box: Box, factor: float) -> Box:
    """The box, larger or smaller about its middle."""
    return Box(
        box.x + box.width * (1 - factor) / 2,
        box.y + box.height * (1 - factor) / 2,
        box.width * factor,
        box.height * factor,
    )
