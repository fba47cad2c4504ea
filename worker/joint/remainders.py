"""Check digits by dynamic programming: how likely each remainder is after each digit, exactly.

In every one of the five methods a digit permutes the remainders.  So a table says from which remainder one comes, by
the digit; the tables are made of the methods themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_97_10

from formdigits.arrays import NOT_A_DIGIT
from formdigits.form_template.constraints import CheckDigit
from worker.joint.finding import Found
from worker.joint.texts import Rows, text_of

Table = npt.NDArray[np.intp]
"""From which remainder one comes, by the digit, shape (number of remainders, 10)."""


class Method(NamedTuple):
    """How one method goes through a number."""

    checksum: Callable[[str], int]
    n_remainders: int
    right: int
    """The remainder of a number that is right."""
    from_right: bool = False
    """Whether it goes from the last digit to the first one, each place with a table of its own."""


METHODS: Mapping[CheckDigit, Method] = {
    "luhn": Method(luhn.checksum, 10, 0, from_right=True),
    "mod11": Method(mod_11_2.checksum, 11, 1),
    "mod97": Method(mod_97_10.checksum, 97, 1),
    "verhoeff": Method(verhoeff.checksum, 10, 0, from_right=True),
    "damm": Method(damm.checksum, 10, 0),
}
PERIOD = 8
"""Verhoeff's tables come again after so many places, and Luhn's two as well."""
ZERO = np.eye(10)[0]


def find_by_remainders(kind: CheckDigit, rows: Rows, n_zeros: int) -> Found:
    """Find the best number with its check digit, and how likely it is that a check digit fits.

    Args:
        kind: the method.
        rows: of the boxes.
        n_zeros: so many zeros stand before what is written.
    """
    method, n = METHODS[kind], len(rows) + n_zeros
    digits = [ZERO] * n_zeros + list(rows[:, :NOT_A_DIGIT])
    tables = [table_of(kind, n - 1 - place if method.from_right else 0) for place in range(n)]
    if method.from_right:
        digits, tables = digits[::-1], tables[::-1]
    mass = _start(method.n_remainders)
    for row, table in zip(digits, tables, strict=True):
        mass = mass[table] @ row
    kept = float(mass[method.right])
    best = text_of(rows.argmax(axis=1).tolist())
    if "?" in best or method.checksum("0" * n_zeros + best) != method.right:
        path = _best_path(digits, tables, method)
        best = text_of((path[::-1] if method.from_right else path)[n_zeros:])
    all_digits = float(rows[:, :NOT_A_DIGIT].sum(axis=1).prod())
    return Found(
        best=best if kept else None,
        probability=float(rows[range(len(rows)), [int(c) for c in best]].prod()),
        kept=kept,
        broken=max(all_digits - kept, 0.0),
        open=1 - all_digits,
        share_kept=1 / method.n_remainders,
    )


@cache
def table_of(kind: CheckDigit, place: int) -> Table:
    """The table of a place, counted from the right where the method goes that way."""
    method = METHODS[kind]
    n_before = place % PERIOD + PERIOD if method.from_right else 2  # enough digits for every remainder
    known = {method.checksum(number): number for number in (f"{n:0{n_before}}" for n in range(100))}
    table = np.empty((method.n_remainders, 10), np.intp)
    for remainder, number in known.items():
        for digit in range(10):
            longer = f"{digit}{number}" if method.from_right else f"{number}{digit}"
            table[method.checksum(longer), digit] = remainder
    return table


def _start(n_remainders: int) -> npt.NDArray[np.float64]:
    start = np.zeros(n_remainders)
    start[0] = 1
    return start


def _best_path(digits: Sequence[npt.NDArray[np.float64]], tables: Sequence[Table], method: Method) -> list[int]:
    """The digits of the most probable number that is right, in the order in which the method takes them."""
    best, remainders, digits_before = _start(method.n_remainders), np.arange(method.n_remainders), []
    for row, table in zip(digits, tables, strict=True):
        candidates = best[table] * row
        chosen = candidates.argmax(axis=1)
        best = candidates[remainders, chosen]
        digits_before.append(chosen)
    number, remainder = [], method.right
    for chosen, table in zip(reversed(digits_before), reversed(tables), strict=True):
        number.append(int(chosen[remainder]))
        remainder = int(table[remainder, number[-1]])
    return number[::-1]
