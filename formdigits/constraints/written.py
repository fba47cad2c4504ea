"""From what stands in the boxes to what it means: blank boxes, the decimal point, leading zeros."""

import re
from collections.abc import Iterator

from formdigits.form_template import Field
from formdigits.readings import Doubt


def find_blank_doubts(field: Field, text: str) -> Iterator[Doubt]:
    """Look for blank boxes where the form allows none.

    Args:
        field: a row of boxes.
        text: one character a box, at least one of them a digit.
    """
    if text.startswith("_") and (field.blanks.leading == "forbid" or field.justify == "left"):
        yield Doubt(code="blank_box", message="the first box is blank")
    if field.blanks.inner == "forbid" and "_" in text.strip("_"):
        yield Doubt(code="blank_box", message="a box between two digits is blank")
    if field.decimals and "_" in text[-field.decimals :]:
        yield Doubt(code="blank_box", message="a box behind the decimal point is blank")
    elif text.endswith("_") and (field.blanks.trailing == "forbid" or field.justify == "right"):
        yield Doubt(code="blank_box", message="the last box is blank")


def find_area_doubts(field: Field, text: str) -> Iterator[Doubt]:
    """Look for digits or a decimal point that an area should have and has not.

    Args:
        field: an area.
        text: digits, and a point where one is written.
    """
    (least, most), n_digits = field.lengths, len(text.replace(".", ""))
    if not least <= n_digits <= most:
        expected = str(most) if least == most else f"{least} to {most}"
        yield Doubt(code="length", message=f"there are {n_digits} digits, and not {expected}")
    if not re.fullmatch(rf"\d*\.\d{{{field.decimals}}}" if field.decimals else r"\d*", text):
        expected = f"{field.decimals} digits behind a decimal point" if field.decimals else "no decimal point"
        yield Doubt(code="decimals", message=f"there should be {expected}")


def value_in_boxes(field: Field, text: str) -> str | None:
    """What a row of boxes means; None where a blank box leaves that open."""
    n_whole = len(text) - field.decimals
    whole, behind = text[:n_whole], text[n_whole:]
    if field.decimals and "_" in behind:
        return None
    if field.blanks.leading == "pad_zero":
        whole = "0" * (len(whole) - len(whole.lstrip("_"))) + whole.lstrip("_")
    whole = whole.lstrip("_") if behind else whole.strip("_")
    if "_" in whole and field.blanks.inner == "forbid":
        return None
    return f"{whole or '0'}.{behind}" if behind else whole


def value_in_area(field: Field, text: str) -> str | None:
    """What the digits in an area mean; None where the decimal point leaves that open."""
    whole, point, behind = text.partition(".")
    if len(behind) != field.decimals or (not behind.isdecimal() and point):
        return None
    return f"{whole or '0'}{point}{behind}"
