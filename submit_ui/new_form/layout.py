"""Places for everything: marks in the corners, the code at the top right, fields in rows from the top."""

from collections.abc import Sequence
from typing import NamedTuple

from formdigits.form_template import parse_form
from formdigits.geometry import Box
from submit_ui.new_form.wanted import Wanted
from submit_ui.new_form.writing import Placed, write_yaml

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
MARGIN_MM = 24
"""From the paper's edge to the fields: clear of the marks."""
CODE_MM = 24
FIRST_ROW_MM = 36
BOX, PITCH_MM = (8, 10), 10
"""Digits that stand alone, in boxes of this size, are read best."""
LINE_MM = 13
"""From one row of boxes to the next, where a field has several."""
TICK, TICK_LINE_MM = (6, 6), 9
IMAGE = (80, 25)
LETTER_MM = 2.2
"""Width of a letter of a title, or of a value, at the most."""
ROW_GAP_MM = 12
"""Between the rows: a title stands in it."""
FIELD_GAP_MM = 10
FOOT_MM = 32
"""The lower marks, and the words between them."""


class Cursor(NamedTuple):
    """Where the next field may stand."""

    page: int
    x: float
    y: float
    row_bottom: float


def lay_out(name: str, title: str, fields: Sequence[Wanted], paper: str) -> str:
    """The YAML of a form with these fields.

    Args:
        name: of the form.
        title: what is printed at its top.
        fields: in reading order.
        paper: `A4` or `Letter`.

    Raises:
        FormTemplateInvalid: the name is none, or there is more than a form may have.
    """
    size = PAPERS[paper]
    cursor = Cursor(1, MARGIN_MM, FIRST_ROW_MM, FIRST_ROW_MM)
    placed = []
    for field in fields:
        where, cursor = place(field, cursor, size)
        placed.append(where)
    text = write_yaml(name, title, size, code_region(size), placed)
    parse_form(text, name)
    return text


def code_region(size: tuple[float, float]) -> Box:
    """At the top right, below the mark."""
    return Box(size[0] - 22 - CODE_MM, MARGIN_MM, CODE_MM, CODE_MM)


def place(field: Wanted, cursor: Cursor, size: tuple[float, float]) -> tuple[Placed, Cursor]:
    """Find room for a field: beside the last one, in the next row, or on the next page."""
    new_page = Cursor(cursor.page + 1, MARGIN_MM, FIRST_ROW_MM, FIRST_ROW_MM)
    for start in (cursor, next_row(cursor), below_code(cursor, size), new_page, below_code(new_page, size)):
        right = right_limit(start.y, size)
        boxes = boxes_of(field, start.x, start.y, right)
        extent = Box.around(boxes)
        width = max(extent.width + word_beside(field), LETTER_MM * len(field.title))
        # What needs several lines has them where a row is as wide as it can be.
        is_whole_row = start.x == MARGIN_MM and right == size[0] - MARGIN_MM
        has_width = is_whole_row or (start.x + width <= right and extent.height <= boxes[0].height)
        if has_width and extent.bottom <= size[1] - FOOT_MM and is_clear_of_code(extent, size):
            break
    bottom = max(start.row_bottom, extent.bottom)
    return Placed(field, start.page, tuple(boxes)), Cursor(start.page, start.x + width + FIELD_GAP_MM, start.y, bottom)


def next_row(cursor: Cursor) -> Cursor:
    """The start of the row below."""
    y = cursor.row_bottom + ROW_GAP_MM
    return Cursor(cursor.page, MARGIN_MM, y, y)


def below_code(cursor: Cursor, size: tuple[float, float]) -> Cursor:
    """The first row that has the whole width."""
    y = max(next_row(cursor).y, code_region(size).bottom + ROW_GAP_MM)
    return Cursor(cursor.page, MARGIN_MM, y, y)


def right_limit(y: float, size: tuple[float, float]) -> float:
    """How far to the right a row may go."""
    code = code_region(size)
    return code.x - 4 if y - ROW_GAP_MM / 2 < code.bottom else size[0] - MARGIN_MM


def is_clear_of_code(extent: Box, size: tuple[float, float]) -> bool:
    """Whether a field and the code do not touch."""
    return not extent.grown(2).overlaps(code_region(size))


def boxes_of(field: Wanted, x: float, y: float, right: float) -> list[Box]:
    """The boxes of a field from its top left corner on, in as many lines as they need; of an image its area."""
    if field.kind == "image":
        return [Box(x, y, *IMAGE)]
    box, pitch, line = (BOX, PITCH_MM, LINE_MM) if field.kind == "digits" else (TICK, tick_pitch(field), TICK_LINE_MM)
    n = field.n_digits if field.kind == "digits" else len(field.values)
    most = max(1, int((right - x - box[0] - word_beside(field)) // pitch) + 1)
    return [Box(x + i % most * pitch, y + i // most * line, *box) for i in range(n)]


def word_beside(field: Wanted) -> float:
    """Room for the word to the right of a mark's box."""
    return 2 + round(LETTER_MM * max(map(len, field.values))) if field.kind == "mark" else 0


def tick_pitch(field: Wanted) -> float:
    """From one box of a mark to the next."""
    return TICK[0] + word_beside(field) + 2
