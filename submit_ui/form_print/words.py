"""The words of a page: its title, advice to the writer, and which form, page and copy it is."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from formdigits.form_template import FormPage, FormTemplate
from formdigits.geometry import Box
from formdigits.identity import PageIdentity

CAPTION = (0.25, 0.25, 0.25)
ADVICE = "Please write one digit into each box, with a dark pen."
ADVICE_IN_GENERAL = "Please write with a dark pen, and stay within the boxes."
TITLE_ABOVE_MM = 5.5
"""From the top of a field's title to its boxes."""
CLEAR_MM = 1.5
"""White paper between words and what is read."""


class Face(NamedTuple):
    """A font that every PDF viewer has, and one for the letters that it has not."""

    built_in: str
    embedded: str


PLAIN = Face("Helvetica", "DejaVuSans")
BOLD = Face("Helvetica-Bold", "DejaVuSans-Bold")


def draw_words(canvas: Canvas, form: FormTemplate, number: int) -> None:
    """Draw the title between the upper marks, and advice between the lower ones."""
    room, side = room_for_words(form.pages[number - 1]), form.pages[number - 1].registration.mark_mm
    canvas.setFillColorRGB(0, 0, 0)
    title = Box(room.x, room.y, room.width, side * 0.7)
    draw_text(canvas, form.title, clear_of(form, number, title), BOLD)
    canvas.setFillColorRGB(*CAPTION)
    advice = Box(room.x, room.bottom - side, room.width, side * 0.4)
    draw_text(canvas, advice_for(form, number), clear_of(form, number, advice))


def draw_reference(canvas: Canvas, form: FormTemplate, copy: PageIdentity) -> None:
    """Draw which form, page and copy this is, for people."""
    page = form.pages[copy.page - 1]
    room, side = room_for_words(page), page.registration.mark_mm
    words = [form.ref]
    if len(form.pages) > 1:
        words.append(f"page {copy.page} of {len(form.pages)}")
    if copy.serial:
        words.append(f"no. {copy.serial}")
    canvas.setFillColorRGB(*CAPTION)
    line = Box(room.x, room.bottom - side * 0.4, room.width, side * 0.3)
    draw_text(canvas, ", ".join(words), clear_of(form, copy.page, line))


def room_for_words(page: FormPage) -> Box:
    """What lies between the marks."""
    rules = page.registration
    span, side = Box.around([rules.mark_box(mark) for mark in rules.marks]), rules.mark_mm
    return Box(span.x + 1.5 * side, span.y, span.width - 3 * side, span.height)


def clear_of(form: FormTemplate, number: int, line: Box) -> Box:
    """The widest part of a line that nothing which is read stands in."""
    page = form.pages[number - 1]
    taken = [page.registration.mark_box(mark) for mark in page.registration.marks]
    taken += [with_title(field.box) for field in form.fields_on(number)]
    taken += [page.identity.box] if page.identity else []
    gaps = [line]
    for box in (box.grown(CLEAR_MM) for box in taken):
        if box.overlaps(line):
            gaps = [part for gap in gaps for part in without(gap, box)]
    return max(gaps, key=lambda gap: gap.width, default=line._replace(width=0.0))


def with_title(box: Box) -> Box:
    """A field with the title above it."""
    return Box(box.x, box.y - TITLE_ABOVE_MM, box.width, box.height + TITLE_ABOVE_MM)


def without(line: Box, box: Box) -> list[Box]:
    """What is left of a line at both sides of a box."""
    left = line._replace(width=min(line.right, box.x) - line.x)
    right = line._replace(x=max(line.x, box.right), width=line.right - max(line.x, box.right))
    return [part for part in (left, right) if part.width > 0]


def advice_for(form: FormTemplate, number: int) -> str:
    """What to tell the writer of a page."""
    fields = form.fields_on(number)
    return ADVICE if all(field.kind == "digits" and field.boxes for field in fields) else ADVICE_IN_GENERAL


def draw_text(canvas: Canvas, text: str, box: Box, face: Face = PLAIN) -> None:
    """Draw one line of text as high as the box, or lower where it would be too wide; none where there is no room."""
    font = font_for(text, face)
    size = min(box.height, box.height * box.width / max(stringWidth(text, font, box.height), 1e-6))
    if size <= 0:
        return
    canvas.saveState()
    canvas.translate(box.x, box.bottom - 0.2 * box.height)
    canvas.scale(1, -1)
    canvas.setFont(font, size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


def font_for(text: str, face: Face) -> str:
    """A font that has the letters of a text; it goes into the PDF where viewers do not have it."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return embedded(face.embedded)
    return face.built_in


@cache
def embedded(name: str) -> str:
    """Make a font known; it comes with the library that draws our charts."""
    package = importlib.util.find_spec("matplotlib")
    folder = Path(str(package and package.origin)).parent / "mpl-data" / "fonts" / "ttf"
    registerFont(TTFont(name, folder / f"{name}.ttf"))
    return name
