"""Check digits: every single wrong digit of a number is found.

`mod11` is ISO/IEC 7064 MOD 11-2 and `mod97` is MOD 97-10 of the same standard.  MOD 11-2 writes X for a check digit of
ten; such a number cannot be written into digit boxes, and is not kept here.
"""

from collections.abc import Callable, Mapping

from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_97_10

from formdigits.form_template.constraints import CheckDigit

CHECKS: Mapping[CheckDigit, Callable[[str], bool]] = {
    "luhn": luhn.is_valid,
    "mod11": mod_11_2.is_valid,
    "mod97": mod_97_10.is_valid,
    "verhoeff": verhoeff.is_valid,
    "damm": damm.is_valid,
}


def has_check_digit(digits: str, kind: CheckDigit) -> bool:
    """Whether the last digit of a number, or the last two of `mod97`, are what the others ask for."""
    return CHECKS[kind](digits)
