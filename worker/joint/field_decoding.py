"""One field: what its boxes say and what its form says, together."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from formdigits.constraints import find_broken
from formdigits.constraints.weights import weights_for
from formdigits.form_template import Field
from formdigits.form_template.constraints import Constraints
from formdigits.readings import CellReading, Change
from worker.joint.finding import Found
from worker.joint.frame import Frame, frame_of
from worker.joint.lists import find_in_list
from worker.joint.remainders import find_by_remainders
from worker.joint.searching import find_by_search
from worker.joint.texts import Rows, rows_of


class Written(NamedTuple):
    """What stands in an area, where no boxes say which digit is which."""

    text: str
    """Digits, `?` for what is none, and `.` where a decimal point is written."""
    confidence: float
    """Probability that it was cut and read right, 0 to 1."""


class Decoded(NamedTuple):
    """What a field says, from its digits and its constraints."""

    text: str
    probability: float
    """That all of it is right, 0 to 1."""
    changes: tuple[Change, ...] = ()
    """Where the text is not what the network alone reads."""


def decode_field(
    field: Field, cells: Sequence[CellReading], roster: frozenset[str] | None, written: Written | None = None
) -> Decoded:
    """Find the most probable text of a field.

    A number that breaks its own rule may still be what is written: its texts count, with the weights of
    `formdigits.constraints.weights`.  Blank boxes stay blank.

    Args:
        field: of digits.
        cells: one a box, from left to right; of an area one a sign.
        roster: the values that there are; without the one that its field names nothing is decoded.
        written: what stands in an area; None for boxes.
    """
    inked = [cell for cell in cells if not cell.blank]
    confidence = math.prod([cell.confidence for cell in inked])
    text = written.text if written else "".join([cell.character for cell in cells])
    alone = Decoded(text, written.confidence if written else confidence)
    constraints = field.constraints
    if not constraints.model_fields_set or (constraints.roster and roster is None):
        return alone
    if all(cell.digit is None for cell in inked):
        return alone
    frame = frame_of(field, text)
    if frame is None or frame.n_digits != len(inked):
        return alone
    cut_right = min(1.0, alone.probability / confidence) if confidence else 0.0
    found = find(constraints, roster, rows_of(inked), frame)
    return _weigh(alone, found, cut_right, first_broken(constraints, roster, frame, text))


def find(constraints: Constraints, roster: frozenset[str] | None, rows: Rows, frame: Frame) -> Found:
    """Find what keeps the constraints, in the cheapest way that there is for them."""
    if roster is not None or constraints.date:
        return find_in_list(constraints, roster, rows, frame)
    if constraints.check_digit and constraints == Constraints(check_digit=constraints.check_digit):
        return find_by_remainders(constraints.check_digit, rows, frame.n_zeros)
    return find_by_search(constraints, rows, frame)


def first_broken(constraints: Constraints, roster: frozenset[str] | None, frame: Frame, text: str) -> str | None:
    """The first constraint that a text does not keep, or cannot be seen to; None where it keeps all."""
    if "?" in text:
        return next(name for name in Constraints.model_fields if getattr(constraints, name) is not None)
    value = frame.value_with(text.replace("_", "").replace(".", ""))
    return next((doubt.code for doubt in find_broken(constraints, value, roster)), None)


def _weigh(alone: Decoded, found: Found, cut_right: float, broken: str | None) -> Decoded:
    """Choose between what the network alone reads and the best text that keeps the constraints.

    Args:
        alone: what the network alone reads, and how likely it is by the digits.
        found: what keeps the constraints.
        cut_right: probability that an area was cut in the right places; 1 for boxes.
        broken: the first constraint that the reading alone does not keep; None where it keeps all.
    """
    kept, wrong = weights_for(found.share_kept)
    total = cut_right * (kept * found.kept + wrong * found.broken + found.open) + 1 - cut_right
    own = alone.probability * (kept if broken is None else 1.0 if "?" in alone.text else wrong)
    other = cut_right * kept * found.probability
    if broken is None or found.best is None or other < own:
        return Decoded(alone.text, min(1.0, own / total))
    text = put_in(alone.text, found.best)
    return Decoded(text, min(1.0, other / total), changes_between(alone.text, text, broken))


def put_in(text: str, digits: str) -> str:
    """A text with other digits in its boxes with ink."""
    rest = iter(digits)
    return "".join(c if c in "_." else next(rest) for c in text)


def changes_between(read: str, taken: str, constraint: str) -> tuple[Change, ...]:
    """Box by box, what two texts of one field do not share."""
    signs = [pair for pair in zip(read, taken, strict=True) if pair[0] != "."]
    return tuple(
        Change(box=box, read=one, taken=other, constraint=constraint)
        for box, (one, other) in enumerate(signs, 1)
        if one != other
    )
