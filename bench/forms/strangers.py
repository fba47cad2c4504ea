"""Pages that are not the form they are submitted as: each must end with an error, and none with a reading."""

from collections.abc import Callable

import cv2
import numpy as np

from bench.forms.blank_sheets import blank_sheet
from bench.forms.designs import stranger_of
from formdigits.form_template import FormTemplate
from samples.pen import load_test_digits
from samples.simulator.sheet import Sheet, page_to_px
from samples.simulator.writing import draw_writer, fill_in

DPI = 200
WORDS = "the of and to in is that for it as was with be by on not he his but at are this have from or had an".split()

Draw = Callable[[str, FormTemplate, np.random.Generator], Sheet]


def other_form(name: str, _form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """Another form with the same marks and a code of its own, filled in."""
    return filled(stranger_of(name, "other"), rng)


def other_without_code(name: str, _form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """Another form with the same marks, that has no code."""
    return filled(stranger_of(name, "without code"), rng)


def next_version(name: str, _form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """The next version of the form."""
    return filled(stranger_of(name, "next version"), rng)


def mirrored(_name: str, form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """The form as it is seen through the paper."""
    sheet = filled(form, rng)
    sheet.picture = cv2.flip(sheet.picture, 1).astype(np.uint8, copy=False)
    return sheet


def filled(form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """A form, filled in."""
    sheet = blank_sheet(form, DPI)
    fill_in(sheet, form, 1, load_test_digits(), rng, draw_writer(rng, may_be_faint=False))
    return sheet


def blank(_name: str, form: FormTemplate, _rng: np.random.Generator) -> Sheet:
    """White paper."""
    box = form.pages[0].box
    shape = (round(box.height * DPI / 25.4), round(box.width * DPI / 25.4), 3)
    picture = np.full(shape, 255, np.uint8)
    return Sheet(picture, page_to_px(box, picture), box)


def text(name: str, form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """A letter."""
    sheet, size = blank(name, form, rng), rng.uniform(0.7, 1.3)
    height = sheet.picture.shape[0]
    for y in range(150, height - 150, round(45 * size)):
        line = " ".join(rng.choice(WORDS, 30))[: round(62 / size)]
        cv2.putText(sheet.picture, line, (150, y), cv2.FONT_HERSHEY_COMPLEX, size, (30, 30, 30), 2, cv2.LINE_AA)
    return sheet


def table(name: str, form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """A ruled table with black squares in some of its cells and in the corners of the page."""
    sheet = blank(name, form, rng)
    height, width = sheet.picture.shape[:2]
    side = int(rng.integers(60, 140))
    for y in range(200, height - 200, side):
        cv2.line(sheet.picture, (120, y), (width - 120, y), (40, 40, 40), 3)
        for x in range(120, width - 120, side):
            cv2.line(sheet.picture, (x, 200), (x, height - 200), (40, 40, 40), 3)
            if rng.random() < 0.05:
                cv2.rectangle(sheet.picture, (x, y), (x + side - 8, y + side - 8), (0, 0, 0), -1)
    for x, y in ((80, 80), (width - 160, 80), (80, height - 160), (width - 160, height - 160)):
        cv2.rectangle(sheet.picture, (x, y), (x + 78, y + 78), (0, 0, 0), -1)
    return sheet


def photo(name: str, form: FormTemplate, rng: np.random.Generator) -> Sheet:
    """A picture of something else: shapes of all colours and noise."""
    sheet = blank(name, form, rng)
    height, width = sheet.picture.shape[:2]
    clouds = rng.integers(0, 256, (24, 17, 3), dtype=np.uint8)
    sheet.picture = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    for _ in range(int(rng.integers(5, 60))):
        middle, spread = rng.uniform(0, 1, 2) * (width, height), rng.uniform(30, 400)
        corners = (middle + rng.normal(0, spread, (int(rng.integers(3, 7)), 2))).astype(np.int32)
        cv2.fillPoly(sheet.picture, [corners], [int(value) for value in rng.integers(0, 256, 3)])
    return sheet


STRANGERS: dict[str, Draw] = {
    "another form": other_form,
    "another form without a code": other_without_code,
    "the next version": next_version,
    "mirrored": mirrored,
    "blank sheet": blank,
    "text": text,
    "table with squares": table,
    "photo": photo,
}
