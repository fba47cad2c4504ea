"""What becomes of a reading when its page is matched with a line of the roster, or with none."""

from collections.abc import Sequence
from typing import NamedTuple

from formdigits.calibration import Thresholds, least_for
from formdigits.constraints import judge_field
from formdigits.form_template import Field
from formdigits.readings import Doubt, FieldReading, Outcome
from worker.joint import changes_between
from worker.roster.evidence import written_span

ROSTER = "roster"
JUDGED = frozenset("blank_box check_digit date range regex required roster".split())
"""Codes of the doubts that are found anew for a text; any other stays."""


class Finding(NamedTuple):
    """What the whole job says of one field."""

    line: str | None
    """Of the roster, that this page has; None where it has none."""
    chance: float
    """Probability of that, 0 to 1."""
    wanted: str | None
    """The line that the page alone would have; None where there is none."""
    rivals: Sequence[int] = ()
    """Numbers of other pages that have or want that line."""


class Bar(NamedTuple):
    """What is sure enough to be accepted."""

    max_error: float
    """Error budget of the job, which the field's own may lower."""
    thresholds: Thresholds
    """Of the model version that read the page."""

    def lets_pass(self, field: Field, reading: FieldReading, chance: float) -> bool:
        """Whether a text is accepted; one with a box that holds no digit never is."""
        inked = [cell for cell in reading.cells if not cell.blank]
        least = least_for(self.thresholds, field.budget(self.max_error), len(inked))
        return chance >= least and all(cell.digit is not None for cell in inked)


def stays(value: str | None, outcome: Outcome, finding: Finding) -> bool:
    """Whether a look shows that nothing changes in a field: most fields of most jobs are like that."""
    if finding.rivals:
        return False
    return finding.line is None or (value == finding.line and outcome is Outcome.ACCEPTED)


def amend_field(
    number: int, field: Field, reading: FieldReading, finding: Finding, bar: Bar, values: frozenset[str]
) -> FieldReading:
    """The reading as the whole job lets it be.

    Args:
        number: of the page.
        field: of the form template.
        reading: as the page alone was read.
        finding: what the job says.
        bar: what is sure enough.
        values: the lines of the roster.
    """
    if stays(reading.value, reading.outcome, finding):
        return reading
    doubts = _wanted_twice(number, finding)
    if finding.line is None:
        return reading.model_copy(update={"outcome": Outcome.REVIEW, "doubts": (*reading.doubts, *doubts)})
    is_sure = bar.lets_pass(field, reading, finding.chance)
    text = text_of(field, reading, finding.line)
    if is_sure and text == reading.text and reading.outcome is Outcome.ACCEPTED:
        return reading
    return _as(text, field, reading, finding.chance, () if is_sure else doubts, values, is_sure=is_sure)


def text_of(field: Field, reading: FieldReading, line: str) -> str:
    """A line as it stands in the boxes that have ink."""
    first, last = written_span(reading)
    digits = line[first:] if field.blanks.leading == "pad_zero" else line
    return "_" * first + digits + "_" * (len(reading.cells) - last)


def _as(
    text: str,
    field: Field,
    reading: FieldReading,
    chance: float,
    more: Sequence[Doubt],
    values: frozenset[str],
    *,
    is_sure: bool,
) -> FieldReading:
    """The reading with another text, or as sure of its text as the job makes it; what was read stays beside it."""
    raw = "".join([cell.character for cell in reading.cells])
    value, judged = judge_field(field, text, values)
    doubts = (*judged, *[doubt for doubt in reading.doubts if doubt.code not in JUDGED], *more)
    if raw != text and not is_sure:
        doubts = (*doubts, Doubt(code="roster", message=f"read as {raw}"))
    return reading.model_copy(
        update={
            "text": text,
            "value": value,
            "doubts": doubts,
            "outcome": Outcome.ACCEPTED if is_sure and not doubts else Outcome.REVIEW,
            "confidence": round(chance, 6),
            "raw": None if raw == text else raw,
            "changes": changes_between(raw, text, ROSTER),
        }
    )


def _wanted_twice(number: int, finding: Finding) -> tuple[Doubt, ...]:
    """The doubt that names all pages which one line is wanted by."""
    if not finding.rivals:
        return ()
    *pages, last = sorted([number, *finding.rivals])
    which = f"{', '.join(map(str, pages))} and {last}"
    return (Doubt(code="roster_twice", message=f"pages {which} could have {finding.wanted}, which is there once"),)
