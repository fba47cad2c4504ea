"""What a person asks for: `customer_number:8 amount:6.2 read_on:date paid:yes,no signature:image`."""

import re
from typing import Literal, NamedTuple

from formdigits.errors import BadRequest

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DIGITS = re.compile(r"(\d{1,2})(?:\.(\d{1,2}))?")
MOST_DIGITS = 60
MOST_FIELDS = 200
KINDS = "a number of digits (8), digits with decimals (6.2), date, image, or the values to mark (yes,no)"


class Wanted(NamedTuple):
    """One field that a new form shall have."""

    name: str
    kind: Literal["digits", "mark", "image"] = "digits"
    n_digits: int = 0
    decimals: int = 0
    is_date: bool = False
    values: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is printed above: `Customer number`."""
        words = self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:]


def parse_wanted(text: str) -> list[Wanted]:
    """Take `name:what name:what` apart.

    Raises:
        BadRequest: naming what it does not understand.
    """
    fields = [parse_field(part) for part in text.split()]
    names = [field.name for field in fields]
    if not fields or len(fields) > MOST_FIELDS:
        raise BadRequest(f"a form has between 1 and {MOST_FIELDS} fields; give them as customer_number:8 paid:yes,no")
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise BadRequest(f"there are two fields {repeated!r}; names must be unique")
    return fields


def parse_field(part: str) -> Wanted:
    """Take one `name:what` apart."""
    name, colon, what = part.partition(":")
    if not NAME.fullmatch(name) or not colon:
        raise BadRequest(
            f"{part[:60]!r} is not understood; write name:what, the name in small letters, such as reading:6"
        )
    if what in ("date", "image"):
        return Wanted(name, n_digits=8, is_date=True) if what == "date" else Wanted(name, "image")
    if found := DIGITS.fullmatch(what):
        return digits(name, int(found[1]), int(found[2] or 0))
    values = tuple(what.split(","))
    if len(values) < 2 or len(set(values)) < len(values) or not all(0 < len(value) <= 40 for value in values):
        raise BadRequest(f"{what[:60]!r} of field {name} is not understood; write {KINDS}")
    if len(values) > MOST_DIGITS:
        raise BadRequest(f"field {name} has {len(values)} values, and a field may have {MOST_DIGITS}")
    return Wanted(name, "mark", values=values)


def digits(name: str, n_digits: int, decimals: int) -> Wanted:
    """A field of boxes, some of them behind the decimal point."""
    if not 1 <= n_digits <= MOST_DIGITS or decimals > min(10, n_digits):
        raise BadRequest(f"field {name}: between 1 and {MOST_DIGITS} digits, at most 10 of them decimals")
    return Wanted(name, n_digits=n_digits, decimals=decimals)
