"""One page of the bench by its number: which form, how it was filled in, what happened to it, and the truth of it."""

from functools import cache
from typing import NamedTuple

import numpy as np

from bench.forms.blank_sheets import blank_sheet
from bench.forms.designs import SHARES, design
from bench.forms.strangers import STRANGERS
from formdigits.form_template import FormTemplate
from samples.pen import TestDigits, load_test_digits
from samples.simulator.capture import capture, draw_kind
from samples.simulator.sheet import Sheet
from samples.simulator.writing import draw_writer, fill_in

PRINT_DPI = 300
FORMS, STRANGE = "forms", "strangers"
"""The two sets of pages."""


class Drawn(NamedTuple):
    """A simulated scan and its truth."""

    set: str
    number: int
    design: str
    form: FormTemplate
    """What the page is submitted as."""
    data: bytes
    sheet: Sheet
    """The picture and where the form lies on it; of a stranger that means nothing."""
    truth: dict[str, str]
    """Of each field one character a box; empty of a stranger, which has none."""


def draw(set_name: str, number: int, seed: int, names: tuple[str, ...]) -> Drawn:
    """Draw a page; the same arguments make the same bytes.

    Args:
        set_name: `forms` or `strangers`.
        number: of the page in its set.
        seed: of the whole bench.
        names: the designs that take part.
    """
    rng = np.random.default_rng([seed, number, set_name == STRANGE])
    shares = np.array([SHARES[name] for name in names])
    name = str(rng.choice(names, p=shares / shares.sum()))
    drawn = draw_form if set_name == FORMS else draw_stranger
    form = design(name)
    data, sheet, truth = drawn(name, form, rng)
    return Drawn(set_name, number, name, form, data, sheet, truth)


def draw_form(_name: str, form: FormTemplate, rng: np.random.Generator) -> tuple[bytes, Sheet, dict[str, str]]:
    """A filled form that must be read."""
    sheet, kind = blank_sheet(form, PRINT_DPI), draw_kind(rng)
    # What a threshold or a copier loses, nobody can read.
    writer = draw_writer(rng, may_be_faint=kind not in ("fax", "photocopy"))
    truth = fill_in(sheet, form, 1, digits(), rng, writer)
    return capture(sheet, form.pages[0], kind, rng), sheet, truth


def draw_stranger(name: str, form: FormTemplate, rng: np.random.Generator) -> tuple[bytes, Sheet, dict[str, str]]:
    """A page that must be refused."""
    kind = str(rng.choice(list(STRANGERS)))
    sheet = STRANGERS[kind](name, form, rng)
    sheet.note(f"stranger: {kind}")
    return capture(sheet, form.pages[0], draw_kind(rng), rng), sheet, {}


@cache
def digits() -> TestDigits:
    """MNIST's test part, read once."""
    return load_test_digits()
