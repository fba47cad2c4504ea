"""What must be true of an answer: the rules of one field, and those that several fields share."""

from typing import Annotated, Literal

from pydantic import Field as Knob
from pydantic import StringConstraints

from formdigits.form_template.parts import FieldName, FileName, Part

CheckDigit = Literal["luhn", "mod11", "mod97", "verhoeff", "damm"]
DateFormat = Literal["DDMMYYYY", "DDMMYY", "MMDDYYYY", "MMDDYY", "YYYYMMDD", "YYMMDD", "MMYYYY", "HHMM"]


class Roster(Part):
    """The values that there are, such as the numbers of all meters."""

    file: FileName = Knob(description="A text file beside this one, with one value a line.")
    unique: bool = Knob(
        default=False, description="Whether each value is there at most once in a job, as the numbers of students are."
    )


class Constraints(Part):
    """What must be true of one field.  A field of which it is not goes to review; nothing is ever repaired silently."""

    check_digit: CheckDigit | None = Knob(
        None,
        description="The last digit (mod97: the last two) checks the others. mod11 and mod97 are those of ISO 7064.",
    )
    range: tuple[float, float] | None = Knob(
        None, description="The least and the most, in the units of the value, with its decimals."
    )
    regex: Annotated[str, StringConstraints(max_length=200)] | None = Knob(
        None, description="A regular expression, as RE2 knows them, that the whole value must match."
    )
    date: DateFormat | None = Knob(
        None,
        description="A day, a month or a time. Years have four digits from 1900 to 2099, or two from 1969 to 2068.",
    )
    roster: Roster | None = None


class Rule(Part):
    """What must be true of several fields together."""

    id: FieldName
    expr: Annotated[str, StringConstraints(max_length=500)] = Knob(
        description="Such as `a + b == total`; it is parsed, and never run as a program."
    )
