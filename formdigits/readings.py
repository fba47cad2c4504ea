"""What is read from a page: cell by cell, field by field, and how sure the reader is of it."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """What becomes of a field."""

    ACCEPTED = "accepted"
    """Every digit is sure enough for the error budget."""
    REVIEW = "review"
    """A person must look."""
    BLANK = "blank"
    """No box of the field has ink."""
    UNREADABLE = "unreadable"
    """Ink that is no digit in every inked box."""


NEEDS_REVIEW = frozenset({Outcome.REVIEW, Outcome.UNREADABLE})
"""What a person must look at."""


class Reading(BaseModel):
    """Base of the values below: frozen, and strict about their keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CellReading(Reading):
    """One box.  A blank box keeps its place in the field."""

    digit: int | None
    """0 to 9, or None where the box is blank or holds no digit."""
    confidence: float
    """Probability that `digit` (or blank, or not a digit) is right, 0 to 1."""
    probabilities: tuple[float, ...] = ()
    """The eleven outputs, rounded to 4 places; empty for a blank box."""

    @property
    def blank(self) -> bool:
        return not self.probabilities

    @property
    def character(self) -> str:
        """`0` to `9`, `_` for a blank box, `?` for ink that is no digit."""
        if self.digit is not None:
            return str(self.digit)
        return "_" if self.blank else "?"


class Doubt(Reading):
    """A rule of the form that an answer does not keep, or another reason to look at it."""

    code: str
    """Such as `check_digit`, `range`, `blank_box` or `two_marks`; of a rule of several fields its id."""
    message: str
    """What is wrong, in a sentence."""


class Change(Reading):
    """One box that was taken for something else than the network alone reads, because of what the form says."""

    box: int
    """Which one, from 1; of an area which sign, from 1, decimal points left out."""
    read: str
    """What the network alone reads: a digit, or `?`."""
    taken: str
    """The digit that stands in the text instead."""
    constraint: str
    """Whose it is: the code of a doubt, such as `check_digit` or `roster`; of a rule of several fields its id."""


class FieldReading(Reading):
    """One named answer of the form."""

    name: str
    kind: Literal["digits", "mark", "image"] = "digits"
    text: str
    """As written, and where there is a `raw` as the form lets it be.  Digits: one character a box, `0` to `9`, `_` for
    a blank box, `?` for ink that is no digit.  Marks: the values of the marked boxes, with commas between them.
    Images: nothing."""
    value: str | None = None
    """What it means: no blank boxes, its decimal point and its leading zeros; "" where it is blank, None where that is
    not known."""
    doubts: tuple[Doubt, ...] = ()
    outcome: Outcome
    confidence: float
    """Probability that the whole field is right, from its digits and its constraints, 0 to 1."""
    cells: tuple[CellReading, ...]
    polygon_px: tuple[tuple[float, float], ...]
    """The field's corners on the scan, from the form's top left, clockwise."""
    raw: str | None = None
    """The text as the network alone reads it, where a constraint changed it; None elsewhere."""
    changes: tuple[Change, ...] = ()
    """Box by box, what is in `text` and not in `raw`."""


class PageReading(Reading):
    """All fields of one page, and what they were read with."""

    form: str
    """Name and version of the form template, as `name@version`."""
    model_version: str
    fields: tuple[FieldReading, ...]
    page: int = 1
    """Which page of the form it is."""
    serial: str | None = None
    """The serial number in the page's code."""
    residual_mm: float | None = None
    """How well the corner marks fit, root mean square; None where nothing is registered."""

    @property
    def n_digits(self) -> int:
        return sum(not cell.blank for field in self.fields for cell in field.cells)

    @property
    def n_review(self) -> int:
        return sum(field.outcome in NEEDS_REVIEW for field in self.fields)


class PageFailure(Reading):
    """Why one page could not be read."""

    code: str
    """The `code` of a `PageError`."""
    message: str
    """What is wrong and what to do about it, without absolute paths."""


PageResult = PageReading | PageFailure
