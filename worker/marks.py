"""Marks: which boxes are ticked, crossed or filled, and what that says of their field."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from formdigits.form_template import Field
from formdigits.readings import Doubt, FieldReading, Outcome
from worker.decision import Polygon
from worker.field_cut import FieldCuts

MIDDLE_SHARE = 0.02
"""A box with this share of ink is as likely marked as not."""
STEEPNESS = 6.0
"""How fast that changes with the logarithm of the share."""
UNSURE = 0.99
"""A box whose mark is less sure than this is looked at."""
BLACK_SHARE = 0.7
"""A box is blackened where this share of it is ink, small gaps included; a thick cross in a small box has half."""
GAP_MM = 0.5
"""The gaps of a box that is blackened with strokes."""
LEAST_SHARE = 1e-4


class MarkReading(NamedTuple):
    """What is seen of one box."""

    share: float
    """Of the box's area, how much ink belongs to it, 0 to 1."""
    marked: bool
    confidence: float
    """Probability that `marked` is right, 0 to 1."""
    blackened: bool = False
    """Filled all over: a strong mark, or one that is taken back."""

    @property
    def faint(self) -> bool:
        """Whether a person must look at this box: there is a trace of ink, and not much more."""
        return self.confidence < UNSURE


def read_marks(cells: Sequence[GreyPage], cuts: FieldCuts, lightest: int) -> list[MarkReading]:
    """See how much ink there is in each box of a mark.

    Args:
        cells: of the field, as `cells_of` cuts them.
        cuts: where they were cut from.
        lightest: what is lighter is paper.
    """
    areas = [(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in cuts.boxes]
    gap_px = max(1, round(GAP_MM * cuts.px_per_mm))
    return [read_mark(cell < lightest, area, gap_px) for cell, area in zip(cells, areas, strict=True)]


def read_mark(ink: np.ndarray, box_area: int, gap_px: int) -> MarkReading:
    """See one box.

    Args:
        ink: where the strokes of the box are, also those that leave it.
        box_area: pixels of the box.
        gap_px: gaps between strokes that count as filled, when the question is whether the box is blackened.
    """
    share = min(1.0, int(ink.sum()) / box_area)
    p_marked = 1 / (1 + (MIDDLE_SHARE / max(share, LEAST_SHARE)) ** STEEPNESS)
    return MarkReading(
        share=round(share, 4),
        marked=p_marked > 0.5,
        confidence=round(max(p_marked, 1 - p_marked), 6),
        blackened=share > BLACK_SHARE / 2 and filled_share(ink, box_area, gap_px) > BLACK_SHARE,
    )


def filled_share(ink: np.ndarray, box_area: int, gap_px: int) -> float:
    """The share of the box that is ink, gaps included and thin strokes not."""
    mask: GreyPage = ink.astype(np.uint8)
    window = np.ones((gap_px, gap_px), np.uint8)
    closed = cv2.morphologyEx(np.pad(mask, gap_px), cv2.MORPH_CLOSE, window)
    solid = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((2 * gap_px,) * 2, np.uint8))
    return int(cv2.countNonZero(solid)) / box_area


def decide_marks(field: Field, marks: Sequence[MarkReading], *, polygon_px: Polygon) -> FieldReading:
    """Decide a mark by its boxes.

    Returns:
        Accepted with the values of the marked boxes, or blank; review with the reasons where more boxes are marked
        than may be, one of them is blackened, which may mean that it is taken back, or a trace may be a mark.
    """
    marked = [value for value, mark in zip(field.values, marks, strict=True) if mark.marked]
    text = ",".join(marked)
    doubts = tuple(doubts_of(field, marks))
    outcome = Outcome.REVIEW if doubts else Outcome.ACCEPTED if marked else Outcome.BLANK
    return FieldReading(
        name=field.name,
        kind="mark",
        text=text,
        value=None if doubts else text,
        doubts=doubts,
        outcome=outcome,
        confidence=round(math.prod(mark.confidence for mark in marks), 6),
        cells=(),
        polygon_px=polygon_px,
    )


def doubts_of(field: Field, marks: Sequence[MarkReading]) -> list[Doubt]:
    """Why a person must look at a mark."""
    doubts = []
    named = list(zip(field.values, marks, strict=True))
    marked = [value for value, mark in named if mark.marked]
    black = [value for value, mark in named if mark.blackened]
    if len(marked) > 1 and (field.choose == "one" or 0 < len(black) < len(marked)):
        taken_back = f"; blackened: {', '.join(black)}" if black else ""
        doubts.append(Doubt(code="two_marks", message=f"marked are {', '.join(marked)}{taken_back}"))
    if faint := [value for value, mark in named if mark.faint]:
        doubts.append(Doubt(code="faint_mark", message=f"there is a trace of ink at {', '.join(faint)}"))
    if field.required and not marked:
        doubts.append(Doubt(code="required", message="no box is marked, and one must be"))
    return doubts


def image_reading(field: Field, polygon_px: Polygon) -> FieldReading:
    """An image: nothing is read, it is there for people to look at."""
    return FieldReading(
        name=field.name,
        kind="image",
        text="",
        outcome=Outcome.ACCEPTED,
        confidence=1.0,
        cells=(),
        polygon_px=polygon_px,
    )
