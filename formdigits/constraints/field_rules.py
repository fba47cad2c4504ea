"""Whether an answer keeps what its form says of it, and what it means."""

from collections.abc import Iterator

from formdigits.constraints.check_digits import has_check_digit
from formdigits.constraints.dates import is_date
from formdigits.constraints.written import find_area_doubts, find_blank_doubts, value_in_area, value_in_boxes
from formdigits.form_template import Field
from formdigits.form_template.constraints import Constraints
from formdigits.form_template.pattern import compile_pattern
from formdigits.readings import Doubt

REQUIRED = Doubt(code="required", message="the field is blank, and must not be")

Judged = tuple[str | None, tuple[Doubt, ...]]
"""What an answer means, "" where it is blank and None where that is not known; and the doubts about it."""


def judge_field(field: Field, text: str, roster: frozenset[str] | None = None) -> Judged:
    """Find out what an answer means, and what of its form it does not keep.  It is never repaired.

    Args:
        field: whose answer it is.
        text: as a `FieldReading` has it.
        roster: the values that there are; None where they cannot be had, which is a doubt too.
    """
    if field.takes_any_digits and text.isdecimal():
        return text, ()
    if not text.strip("_"):
        return "", (REQUIRED,) if field.required else ()
    if field.kind != "digits":
        return text, ()
    if "?" in text:
        return None, ()
    value, doubts = value_of(field, text)
    if value is None:
        return None, doubts
    return value, (*doubts, *find_broken(field.constraints, value, roster))


def value_of(field: Field, text: str) -> Judged:
    """What the digits of a text mean, and where blank boxes, or the length of an area, make that doubtful."""
    find_doubts, value_in = (find_blank_doubts, value_in_boxes) if field.boxes else (find_area_doubts, value_in_area)
    return value_in(field, text), tuple(find_doubts(field, text))


def find_broken(constraints: Constraints, value: str, roster: frozenset[str] | None) -> Iterator[Doubt]:
    """Find the constraints that a value does not keep."""
    digits = value.replace(".", "")
    if constraints.check_digit and not has_check_digit(digits, constraints.check_digit):
        yield Doubt(code="check_digit", message=f"the {constraints.check_digit} check digit does not fit the number")
    if constraints.range and not is_within(value, constraints.range):
        yield Doubt(code="range", message="not from {:.15g} to {:.15g}".format(*constraints.range))
    if constraints.regex is not None and not compile_pattern(constraints.regex).fullmatch(value):
        yield Doubt(code="regex", message=f"not of the form {constraints.regex}")
    if constraints.date and not is_date(digits, constraints.date):
        yield Doubt(code="date", message=f"there is no such {constraints.date}")
    if constraints.roster and roster is None:
        yield Doubt(
            code="roster", message=f"the list {constraints.roster.file} cannot be had, so nothing was looked up"
        )
    elif constraints.roster and roster is not None and value not in roster:
        yield Doubt(code="roster", message=f"not in the list {constraints.roster.file}")


def is_within(value: str, limits: tuple[float, float]) -> bool:
    """Whether a number lies between two others, or is one of them."""
    return "_" not in value and limits[0] <= float(value) <= limits[1]
