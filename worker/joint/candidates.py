"""What a field may say besides its most probable text, for the rules that it shares with others."""

from typing import NamedTuple

from formdigits.constraints import judge_field
from formdigits.form_template import Field
from formdigits.readings import FieldReading
from worker.joint.field_decoding import put_in
from worker.joint.texts import CHARACTERS, Rows, likeliest, rows_of, text_of

MOST_CANDIDATES = 8
LEAST_SHARE = 1e-4
"""A text that is less probable than this, beside the one that was read, is no candidate."""


class Candidate(NamedTuple):
    """One text of a field."""

    text: str
    value: str | None
    probability: float
    """By the field alone, its own constraints among it, 0 to 1."""
    rule: str = ""
    """The id of the first rule that it stands in, where that was looked at."""


def candidates_of(field: Field, reading: FieldReading) -> list[Candidate]:
    """The texts that a field may say, what was read of it first.

    They keep the field's own constraints.  There is no other than the first where the field does not keep them, has no
    digit, stands in an area or names a roster.
    """
    own = Candidate(reading.text, reading.value, reading.confidence)
    has_digit = any(cell.digit is not None for cell in reading.cells)
    if not has_digit or reading.doubts or field.area or field.constraints.roster:
        return [own]
    rows = rows_of([cell for cell in reading.cells if not cell.blank])
    alone = _probability_of(reading.text.replace("_", ""), rows)
    scale = reading.confidence / alone if alone else 0.0
    found = [own]
    choices, products = likeliest(rows, MOST_CANDIDATES)
    for choice, product in zip(choices.tolist(), products.tolist(), strict=True):
        text = put_in(reading.text, text_of(choice))
        value, doubts = judge_field(field, text)
        if text != reading.text and not doubts and product > LEAST_SHARE * alone:
            found.append(Candidate(text, value, min(1.0, product * scale)))
    return found


def _probability_of(text: str, rows: Rows) -> float:
    return float(rows[range(len(rows)), [CHARACTERS.index(c) for c in text]].prod())
