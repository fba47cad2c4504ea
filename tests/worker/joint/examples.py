"""Fields and what a network says of their boxes, for tests of joint decoding."""

import numpy as np
from hypothesis import strategies as st

from formdigits.form_template import Boxes, Constraints, Field
from formdigits.readings import CellReading
from tests.fakes import probabilities
from worker.decision import BLANK_CELL, read_cells

CHECKS = ("luhn", "mod11", "mod97", "verhoeff", "damm")


def field_of(n_boxes, *, decimals=0, blanks=None, **constraints):
    boxes = Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=n_boxes)
    more = {"blanks": blanks} if blanks else {}
    return Field(name="field", boxes=boxes, decimals=decimals, constraints=Constraints(**constraints), **more)


def area_of(**constraints):
    return Field(name="field", area=(0, 0, 60, 10), length=(1, 8), constraints=Constraints(**constraints))


def cells_of(*said: str | tuple[int, float] | None) -> list[CellReading]:
    """One cell for each: a digit and how sure it is, as in `(7, 0.9)`, all others alike; None for a blank box."""
    return [BLANK_CELL if one is None else read_cells(probabilities(*one)[None])[0] for one in said]


def torn(first: int, second: int, share: float = 0.6) -> CellReading:
    """A box that is one of two digits, the first with this share."""
    row = np.full(11, 1e-4 / 9, np.float32)
    row[first], row[second] = share * (1 - 1e-4), (1 - share) * (1 - 1e-4)
    return read_cells(row[None])[0]


@st.composite
def any_cells(draw, n_boxes):
    """What a network may say of some boxes: between sure and clueless, of digits and of ink that is none."""
    weights = st.lists(st.integers(0, 1000), min_size=11, max_size=11).filter(any)
    rows = np.array([draw(weights) for _ in range(n_boxes)], np.float32) + draw(st.sampled_from([0.01, 10]))
    return read_cells((rows / rows.sum(axis=1, keepdims=True)).astype(np.float32))
