"""Blank sheets of the bench's forms: printed by formdigits, or, where a form has no marks, as by somebody else."""

from functools import lru_cache

import cv2

from formdigits.arrays import GreyPage
from formdigits.form_template import CornerMark, FormTemplate
from samples.simulator.sheet import Sheet, page_to_px, printed

REFERENCE_DPI = 150
SMALL_PRINT = (
    "Please fill in with a pen and send back to the office named above before the end of the month.",
    "The answers are kept for two years (section 14) and are shown to nobody without need.",
)


def blank_sheet(form: FormTemplate, dpi: int) -> Sheet:
    """A sheet to be filled in."""
    if form.pages[0].registration.method != "features":
        return printed(form, 1, dpi)
    picture = foreign_picture(form, dpi).picture.copy()
    box = form.pages[0].box
    return Sheet(picture, page_to_px(box, picture), box)


@lru_cache(maxsize=6)
def foreign_picture(form: FormTemplate, dpi: int) -> Sheet:
    """A sheet without marks: one with marks, these covered, and with a letterhead and small print."""
    page = form.pages[0]
    width, height = page.size.width, page.size.height
    places = ((14, 14), (width - 14, 14), (width - 14, height - 14), (14, height - 14))
    marks = tuple(CornerMark(id=i, at=place) for i, place in enumerate(places))
    rules = page.registration.model_copy(update={"method": "aruco", "marks": marks})
    with_marks = page.model_copy(update={"registration": rules, "reference": None})
    sheet = printed(form.model_copy(update={"pages": (with_marks,)}), 1, dpi)
    for mark in marks:
        box = rules.mark_box(mark).grown(1)
        (left, top), (right, bottom) = sheet.to_px((box.x, box.y), (box.right, box.bottom))
        sheet.picture[top:bottom, left:right] = 255
    letterhead(sheet)
    return sheet


def letterhead(sheet: Sheet) -> None:
    """A sign, an office and small print, as many forms have."""
    size, thick = sheet.px_per_mm / 12, max(1, round(sheet.px_per_mm / 6))
    [middle] = sheet.to_px((34, 38))
    cv2.circle(sheet.picture, middle, round(9 * sheet.px_per_mm), (70, 90, 60), thick, cv2.LINE_AA)
    cv2.circle(sheet.picture, middle, round(4 * sheet.px_per_mm), (70, 90, 60), -1, cv2.LINE_AA)
    lines = ((48, 37, "Office of Numbers", 2.2), *((26, 52 + 4 * i, line, 0.8) for i, line in enumerate(SMALL_PRINT)))
    for x, y, line, scale in lines:
        [at] = sheet.to_px((x, y))
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(sheet.picture, line, at, font, size * scale / 2, (50, 50, 50), max(1, thick // 2), cv2.LINE_AA)


@lru_cache(maxsize=32)
def reference_picture(form: FormTemplate) -> GreyPage:
    """A blank page as its designer keeps it."""
    sheet = blank_sheet(form, REFERENCE_DPI)
    sheet.make_grey()
    return sheet.picture
