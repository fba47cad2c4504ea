"""The boxes of a field, in a light ink that reading takes away again, with the words that belong to them."""

from reportlab.pdfgen.canvas import Canvas

from formdigits.form_template import Field, FormPage
from formdigits.geometry import Box
from submit_ui.form_print.words import CAPTION, TITLE_ABOVE_MM, draw_text

LIGHT_BLUE = (0.62, 0.79, 0.92)
"""Plain to the writer, and always lighter than the ink of a pen."""
INKS = {None: LIGHT_BLUE, "blue": LIGHT_BLUE, "red": (1.0, 0.65, 0.65), "green": (0.6, 0.88, 0.6)}
"""A page that is read without a colour is printed in it."""
BOX_LINE_MM = 0.3
POINT_MM = 0.4
TITLE_MM = 3.6
TITLE_WIDTH_MM = 60
VALUE_MM = 3
"""How high the word beside a mark's box is."""
LEAST_BESIDE_MM = 5
"""Less room than this to the right of a box, and its word stands below."""


def draw_field(canvas: Canvas, field: Field, page: FormPage) -> None:
    """Draw the title of a field, its boxes and what they stand for."""
    canvas.setFillColorRGB(*CAPTION)
    draw_text(canvas, field.title or field.name, title_box(field, page))
    canvas.setStrokeColorRGB(*INKS[page.dropout])
    canvas.setLineWidth(BOX_LINE_MM)
    if field.boxes is None:
        canvas.rect(*field.box, stroke=1, fill=0)
    elif field.boxes.shape == "comb":
        draw_comb(canvas, field.cells)
    else:
        for cell in field.cells:
            canvas.rect(*cell, stroke=1, fill=0)
    draw_point(canvas, field)
    for value, room in zip(field.values, value_rooms(field, page), strict=False):
        draw_text(canvas, value, room)


def title_box(field: Field, page: FormPage) -> Box:
    """Where the title stands: above the boxes, and wider than them where there are few."""
    width = min(max(field.box.width, TITLE_WIDTH_MM), page.size.width - field.box.x - page.registration.quiet_margin_mm)
    return Box(field.box.x, field.box.y - TITLE_ABOVE_MM, width, TITLE_MM)


def draw_point(canvas: Canvas, field: Field) -> None:
    """Draw the decimal point in the gap between two boxes, for the writer."""
    if not 0 < field.decimals < len(field.cells):
        return
    left, right = field.cells[-field.decimals - 1], field.cells[-field.decimals]
    canvas.circle((left.right + right.x) / 2, left.bottom, POINT_MM, stroke=1, fill=0)


def draw_comb(canvas: Canvas, cells: tuple[Box, ...]) -> None:
    """Draw the base line, and the lower half of the lines between the cells."""
    for cell in cells:
        canvas.line(cell.x, cell.bottom, cell.right, cell.bottom)
    for x in sorted({edge for cell in cells for edge in (cell.x, cell.right)}):
        canvas.line(x, cells[0].y + cells[0].height / 2, x, cells[0].bottom)


def value_rooms(field: Field, page: FormPage) -> list[Box]:
    """Where the words of a mark's boxes stand: each to the right of its box, or below it where there is no room."""
    rooms = []
    for cell in field.cells:
        edges = [other.x for other in field.cells if other.x > cell.right - 1e-6 and on_one_line(other, cell)]
        free = min([*edges, page.size.width - page.registration.quiet_margin_mm]) - cell.right
        if free - 2 >= LEAST_BESIDE_MM:
            rooms.append(Box(cell.right + 1, cell.y + (cell.height - VALUE_MM) / 2, free - 2, VALUE_MM))
        else:
            rooms.append(Box(cell.x, cell.bottom + 0.8, cell.width, VALUE_MM * 0.8))
    return rooms


def on_one_line(one: Box, other: Box) -> bool:
    """Whether two boxes stand beside each other."""
    return one.y < other.bottom and other.y < one.bottom
