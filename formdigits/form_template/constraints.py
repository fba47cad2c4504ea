"""What must be true of an answer: the rules of one field, and those that several fields share."""

from typing import Annotated, Literal

from pydantic import Field as Knob
from pydantic import StringConstraints

from formdigits.form_template.parts import FieldName, FileName, Part

CheckDigit = Literal["luhn", "mod11", "mod97", "verhoeff", "damm"]


class Roster(Part):
    """The values that there are, such as the numbers of all meters."""

    file: FileName = Knob(description="A text file beside this one, with one value a line.")
    unique: bool = Knob(default=False, description="Each value may stand on one page of a job only.")


class Constraints(Part):
    """What must be true of one field.  A field of which it is not goes to review; nothing is ever repaired silently."""

    check_digit: CheckDigit | None = Knob(None, description="The last digit (mod97: the last two) checks the others.")
    range: tuple[float, float] | None = Knob(None, description="The least and the most.")
    regex: Annotated[str, StringConstraints(max_length=200)] | None = Knob(
        None, description="A regular expression that the whole value must match."
    )
    date: Literal["DDMMYYYY", "DDMMYY", "MMDDYYYY", "MMDDYY", "YYYYMMDD", "YYMMDD", "MMYYYY", "HHMM"] | None = None
    roster: Roster | None = None


class Rule(Part):
    """What must be true of several fields together."""

    id: FieldName
    expr: Annotated[str, StringConstraints(max_length=500)] = Knob(
        description="Such as `a + b == total`; it is parsed, and never run as a program."
    )
