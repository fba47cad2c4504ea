"""Counting what was read beside what was written, as lines of tables."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bench.joint_decoding.kinds import Kind
from bench.joint_decoding.reading import ReadPage
from formdigits.readings import FieldReading, Outcome

HEADS = "constraint", "budget", "accepted without it", "wrong", "accepted with it", "wrong", "changed among them"
HEADS_OF_CONFIDENCES = "constraint", "budget", "accepted", "wrong", "by their confidences", "CPU a page in µs"


class Run(NamedTuple):
    """The pages of one kind under one budget."""

    kind: Kind
    max_error: float
    without: Sequence[ReadPage]
    """Read without the constraint or rule."""
    with_it: Sequence[ReadPage]


class Tally(NamedTuple):
    """How many fields, or pages."""

    n: int
    accepted: int
    wrong: int
    """Of the accepted."""
    changed: int
    """Of the accepted."""
    changed_wrong: int

    @property
    def cells(self) -> tuple[str, str]:
        """Share of the accepted, and how many of them are wrong."""
        return _percent(self.accepted / self.n), f"{self.wrong} of {self.accepted}"


Unit = Sequence[tuple[str, FieldReading]]
"""What is counted once: fields as written and as read."""


def fields_of(pages: Sequence[ReadPage]) -> Iterator[Unit]:
    """Each field counts alone."""
    return ([pair] for page in pages for pair in zip(page.texts, page.fields, strict=True))


def whole(pages: Sequence[ReadPage]) -> Iterator[Unit]:
    """Each page counts once: accepted where all its fields are, wrong where one is."""
    return (list(zip(page.texts, page.fields, strict=True)) for page in pages)


def tally(units: Iterator[Unit]) -> Tally:
    """Count."""
    found = [
        (
            all(field.outcome is Outcome.ACCEPTED for _, field in unit),
            any(field.text != text for text, field in unit),
            any(field.changes for _, field in unit),
        )
        for unit in units
    ]
    accepted, wrong, changed = np.array(found, bool).reshape(-1, 3).T
    counts = accepted, accepted & wrong, accepted & changed, accepted & changed & wrong
    return Tally(len(found), *(int(count.sum()) for count in counts))


def rows(run: Run) -> Iterator[str]:
    """What the constraint of a kind brings, by field; and by page where several stand on one."""
    yield _row(run, run.kind.name, tally(fields_of(run.without)), tally(fields_of(run.with_it)))
    if run.kind.rules:
        yield _row(run, f"{run.kind.name}: whole pages", tally(whole(run.without)), tally(whole(run.with_it)))


def _row(run: Run, name: str, without: Tally, with_it: Tally) -> str:
    changed = f"{with_it.changed}, {with_it.changed_wrong} wrong"
    return _line(name, _percent(run.max_error), *without.cells, *with_it.cells, changed)


def row_of_confidences(run: Run) -> str:
    """How many accepted fields are wrong beside how many their confidences say."""
    found = tally(fields_of(run.with_it))
    sure = [field.confidence for page in run.with_it for field in page.fields if field.outcome is Outcome.ACCEPTED]
    expected = f"{len(sure) - sum(sure):.1f}"
    cpu_us = f"{1e6 * float(np.median([page.cpu_s for page in run.with_it])):.0f}"
    return _line(run.kind.name, _percent(run.max_error), f"{found.accepted}", f"{found.wrong}", expected, cpu_us)


def table_head(heads: Sequence[str]) -> str:
    """The first two lines of a table."""
    return _line(*heads) + "\n" + "|---" * len(heads) + "|"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
