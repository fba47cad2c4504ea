"""From probabilities to outcomes: what is accepted, and what a person must look at."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from formdigits.answers import answers_of
from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.calibration import Thresholds, least_for
from formdigits.constraints import judge_field, judge_page
from formdigits.form_template import Field, FormTemplate
from formdigits.readings import CellReading, Change, Doubt, FieldReading, Outcome
from worker.joint import Candidate, Decoded, Written, changes_between, decode_field, decode_page


class _Bar(NamedTuple):
    """What a field must reach to be accepted."""

    max_error: float
    thresholds: Thresholds

    def least_for(self, field: Field, n_digits: int, *, changed: bool) -> float:
        """The least probability of the whole field.  One that a constraint changed must keep the budget by itself."""
        budget = field.budget(self.max_error)
        least = least_for(self.thresholds, budget, n_digits)
        return max(least, 1 - budget) if changed else least


Polygon = tuple[tuple[float, float], ...]

BLANK_CELL = CellReading(digit=None, confidence=1.0)


def read_cells(probabilities: Probabilities) -> list[CellReading]:
    """Take what the network says of a batch to one reading a crop.

    Args:
        probabilities: shape (n, 11).
    """
    found = answers_of(probabilities)
    exact = probabilities.astype(np.float64)  # rounded as float32, 0.0001 would be stored as 0.00009999999747378752
    confidences = found.confidence.astype(np.float64).round(6).tolist()
    return [
        CellReading(digit=None if digit == NOT_A_DIGIT else digit, confidence=confidence, probabilities=rounded)
        for digit, confidence, rounded in zip(
            found.classes.tolist(), confidences, map(tuple, exact.round(4).tolist()), strict=True
        )
    ]


def decide(
    field: Field,
    cells: Sequence[CellReading],
    *,
    max_error: float,
    thresholds: Thresholds,
    polygon_px: Polygon,
    written: Written | None = None,
    roster: frozenset[str] | None = None,
) -> FieldReading:
    """Decide one field of digits.

    Args:
        field: of the form template.
        cells: one a box, from left to right; `BLANK_CELL` where it is blank.  Of an area, one a digit.
        max_error: error budget of the job, which the field's own may lower.
        thresholds: of the model version that made the probabilities.
        polygon_px: where the field is on the scan.
        written: what stands in an area; None for boxes.
        roster: the values that the field may have; None where it names no roster, or it cannot be had.
    """
    decoded = decode_field(field, cells, roster, written)
    value, doubts = judge_field(field, decoded.text, roster)
    outcome = _outcome(field, cells, decoded, doubts, _Bar(max_error, thresholds))
    raw = None
    if decoded.changes:
        raw = written.text if written else "".join([cell.character for cell in cells])
        if outcome is not Outcome.ACCEPTED:
            doubts = (*doubts, _why_changed(decoded.changes, raw, judge_field(field, raw, roster)[1]))
    return FieldReading(
        name=field.name,
        text=decoded.text,
        value=value,
        doubts=doubts,
        outcome=outcome,
        confidence=round(decoded.probability, 6),
        cells=tuple(cells),
        polygon_px=polygon_px,
        raw=raw,
        changes=decoded.changes,
    )


def decide_together(
    form: FormTemplate, fields: Sequence[FieldReading], *, max_error: float, thresholds: Thresholds
) -> tuple[FieldReading, ...]:
    """Decide the fields of a page once more that share rules: what one of them says speaks for the others.

    Args:
        form: whose rules these are.
        fields: of one page, each decided alone.
        max_error: error budget of the job.
        thresholds: of the model version that made the probabilities.
    """
    if not form.rules:
        return tuple(fields)
    found = decode_page(form, fields)
    values = {reading.name: reading.value for reading in fields}
    before = judge_page(form, values)
    after = judge_page(form, values | {name: one.value for name, one in found.items()})
    by_name = {field.name: field for field in form.fields}
    bar = _Bar(max_error, thresholds)
    return tuple(
        _together(by_name[one.name], one, found[one.name], (before.get(one.name, ()), after.get(one.name, ())), bar)
        if one.name in found
        else one
        for one in fields
    )


def _together(
    field: Field,
    reading: FieldReading,
    found: Candidate,
    broken: tuple[tuple[Doubt, ...], tuple[Doubt, ...]],
    bar: _Bar,
) -> FieldReading:
    """One field as its rules let it be.

    Args:
        field: of the form template.
        reading: as it was decided alone.
        found: its text beside those of the other fields.
        broken: the rules that it does not keep as it was decided alone, and those that it does not keep now.
        bar: what is sure enough.
    """
    before, after = broken
    raw, changes = reading.raw, reading.changes
    if found.text != reading.text:
        raw = reading.raw or reading.text
        changes = changes_between(raw, found.text, found.rule)
    doubts = (*reading.doubts, *after)
    outcome = _outcome(field, reading.cells, Decoded(found.text, found.probability, changes), doubts, bar)
    if raw and found.text != reading.text and outcome is not Outcome.ACCEPTED:
        doubts = (*doubts, _why_changed(changes, raw, before))
    changed: dict[str, object] = {"text": found.text, "value": found.value, "confidence": round(found.probability, 6)}
    changed |= {"outcome": outcome, "doubts": doubts, "raw": raw, "changes": changes}
    return reading.model_copy(update=changed)


def _why_changed(changes: Sequence[Change], raw: str, broken: Sequence[Doubt]) -> Doubt:
    """The doubt of a field that is not accepted as a constraint lets it be."""
    reasons = "".join(f": {doubt.message}" for doubt in broken[:1])
    return Doubt(code=changes[0].constraint, message=f"read as {raw}{reasons}")


def _outcome(
    field: Field, cells: Sequence[CellReading], decoded: Decoded, doubts: Sequence[Doubt], bar: _Bar
) -> Outcome:
    """What becomes of a field, by what the network alone reads and how sure its text is."""
    inked = [cell for cell in cells if cell.probabilities]
    n_digits = len([cell for cell in inked if cell.digit is not None])
    if not inked:
        return Outcome.REVIEW if doubts else Outcome.BLANK
    if not n_digits:
        return Outcome.UNREADABLE
    least = bar.least_for(field, n_digits, changed=bool(decoded.changes))
    sure = n_digits == len(inked) and decoded.probability >= least and _is_confirmed(field)
    return Outcome.ACCEPTED if sure and not doubts else Outcome.REVIEW


def _is_confirmed(field: Field) -> bool:
    """Whether a value that keeps the rules can hardly be wrong.

    Where no boxes say how many digits there are, confidence alone does not keep an error budget: of 600 drawn fields
    whose digits do not touch, read with their length known, it was 99 % sure of 305, and six of them were wrong.
    """
    constraints = field.constraints
    return field.boxes is not None or constraints.check_digit is not None or constraints.roster is not None
