"""What is read from a page: cell by cell, field by field, and how sure the reader is of it."""

from enum import StrEnum

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


class FieldReading(Reading):
    """One named answer of the form."""

    name: str
    text: str
    """One character a box: `0` to `9`, `_` for a blank box, `?` for ink that is no digit."""
    outcome: Outcome
    confidence: float
    """Probability that the whole field is right, 0 to 1."""
    cells: tuple[CellReading, ...]
    polygon_px: tuple[tuple[float, float], ...]
    """The field's corners on the scan, from the form's top left, clockwise."""


class PageReading(Reading):
    """All fields of one page, and what they were read with."""

    form: str
    """Name and version of the form template, as `name@version`."""
    model_version: str
    fields: tuple[FieldReading, ...]
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
