"""What a reader is asked and what it answers, whoever it is."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from formdigits.arrays import GreyPage, Probabilities


class Answer(NamedTuple):
    """What was read in a cell or in a field of cells."""

    text: str
    """Digits; empty where nothing was read."""
    confidence: float
    """The larger, the surer; whatever the reader means by it."""


class Reader(Protocol):
    """One of those that are compared."""

    name: str
    at_most: int
    """Cells, or eight times the fields, that it reads in bearable time."""

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """Read one digit each."""
        ...

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """Read fields of several cells; a reader of lines gets them side by side."""
        ...


def by_cell(reader: Reader, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
    """Read fields cell by cell; a field is as sure as its least sure cell."""
    answers = iter(reader.read_cells([cell for field in fields for cell in field]))
    found = []
    for field in fields:
        some = [next(answers) for _ in field]
        found.append(Answer("".join(one.text for one in some), min(one.confidence for one in some)))
    return found


def line_of(field: Sequence[GreyPage]) -> GreyPage:
    """The cells of a field side by side, as one picture."""
    return np.hstack(field)


def best_digits(probabilities: Probabilities) -> list[Answer]:
    """The most probable digit of each row; no other output counts, where there is one."""
    digits = probabilities[:, :10]
    return [Answer(str(top), float(one)) for top, one in zip(digits.argmax(axis=1), digits.max(axis=1), strict=True)]
