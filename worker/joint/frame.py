"""What stands about the digits of a field in its value: zeros for blank boxes, and the decimal point."""

from typing import NamedTuple

from formdigits.constraints import value_of
from formdigits.form_template import Field


class Frame(NamedTuple):
    """How the digits in the boxes with ink become a value.  They are the last ones of it."""

    n_digits: int
    n_zeros: int
    """Zeros before the digits, which nobody wrote."""
    decimals: int

    def value_with(self, digits: str) -> str:
        """The value with these digits in the boxes with ink."""
        whole = "0" * self.n_zeros + digits
        return f"{whole[: -self.decimals]}.{whole[-self.decimals :]}" if self.decimals else whole

    def digits_in(self, value: str) -> str | None:
        """What stands in the boxes where they have this value; None where they cannot."""
        digits = value.replace(".", "")[self.n_zeros :]
        is_written = len(digits) == self.n_digits and digits.isascii() and digits.isdecimal()
        return digits if is_written and self.value_with(digits) == value else None


def frame_of(field: Field, text: str) -> Frame | None:
    """How the digits of a text become its value; None where blank boxes, or the length of an area, leave that open."""
    filled = "".join(c if c in "_." else "0" for c in text)
    value, doubts = value_of(field, filled)
    if value is None or doubts or "_" in value:
        return None
    n_digits = filled.count("0")
    return Frame(n_digits, len(value.replace(".", "")) - n_digits, field.decimals)
