"""Numbers that keep what their form says of them, by lot."""

import numpy as np

from formdigits.constraints import find_broken
from formdigits.form_template import Constraints

Rng = np.random.Generator


def any_number(rng: Rng, n_digits: int) -> str:
    """Digits by lot."""
    return "".join(map(str, rng.integers(0, 10, n_digits)))


def kept_number(constraints: Constraints, rng: Rng) -> str:
    """Eight digits that keep their constraints."""
    while True:
        number = any_number(rng, 8)
        if not any(find_broken(constraints, number, None)):
            return number


def any_date(rng: Rng) -> str:
    """A day of the last hundred years."""
    day = np.datetime64("1926-01-01") + int(rng.integers(36_500))
    year, month, of_month = str(day).split("-")
    return of_month + month + year


def number_up_to(most: int, n_digits: int, rng: Rng) -> str:
    """A number with its leading zeros."""
    return f"{rng.integers(most + 1):0{n_digits}}"


def two_and_their_sum(rng: Rng) -> tuple[str, ...]:
    """Four digits, four digits, and five."""
    first, second = rng.integers(10_000, size=2).tolist()
    return f"{first:04}", f"{second:04}", f"{first + second:05}"


def points_and_total(rng: Rng) -> tuple[str, ...]:
    """The points of four questions, in halves up to 20, and their sum; boxes that are not needed stay blank."""
    tenths = (5 * rng.integers(41, size=4)).tolist()
    return tuple(f"{n:02}".rjust(3, "_") for n in (*tenths, sum(tenths)))


def two_readings_of_a_meter(rng: Rng) -> tuple[str, ...]:
    """Six digits, and up to 4,999 more."""
    last_year = int(rng.integers(990_000))
    return f"{last_year:06}", f"{last_year + rng.integers(5_000):06}"
