"""Rosters and dates: all values that there are, scored together."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from formdigits.arrays import NOT_A_DIGIT
from formdigits.constraints import find_broken
from formdigits.constraints.dates import YEARS
from formdigits.form_template.constraints import Constraints, DateFormat
from worker.joint.finding import Found
from worker.joint.frame import Frame
from worker.joint.texts import Rows, text_of

Listed = npt.NDArray[np.uint8]
"""The digits of all values of one length, shape (number of digits, number of values)."""
HOPELESS = 1e-9
"""Values less likely than this are dropped before their last digit is looked at."""
KEPT_LISTS = 64
"""So many lists of digits stay in memory: one for every length of the values of a roster."""


def find_in_list(constraints: Constraints, roster: frozenset[str] | None, rows: Rows, frame: Frame) -> Found:
    """Find the best of the values that a field may have, and how likely it is that one of them is written.

    Args:
        constraints: of the field, a roster or a date among them.
        roster: the values that there are; None where the field has none.
        rows: of the boxes.
        frame: what stands about the digits in the value.
    """
    listed = listed_digits(constraints, roster, frame)
    n_listed = listed.shape[1]
    values, products = np.arange(n_listed), np.ones(n_listed)
    for digits, row in zip(listed, rows, strict=True):
        here = digits if len(values) == n_listed else digits[values]
        products = products * row[here]
        likely = products > HOPELESS
        values, products = values[likely], products[likely]
    kept = float(products.sum())
    best = int(products.argmax()) if len(products) else None
    all_digits = float(rows[:, :NOT_A_DIGIT].sum(axis=1).prod())
    return Found(
        best=None if best is None else text_of(listed[:, values[best]].tolist()),
        probability=0.0 if best is None else float(products[best]),
        kept=kept,
        broken=max(all_digits - kept, 0.0),
        open=1 - all_digits,
        share_kept=n_listed / 10.0 ** len(rows),
    )


@lru_cache(maxsize=KEPT_LISTS)
def listed_digits(constraints: Constraints, roster: frozenset[str] | None, frame: Frame) -> Listed:
    """What may stand in the boxes of a field: of the values that there are those that keep all its constraints."""
    others = constraints.model_copy(update={"roster": None})
    values: Iterable[str] = roster or ()
    if roster is None and constraints.date:
        values = (frame._replace(n_zeros=0).value_with(digits) for digits in candidates_for(constraints.date))
    if others != Constraints():
        values = (value for value in values if next(find_broken(others, value, None), None) is None)
    found = sorted(digits for value in values if (digits := frame.digits_in(value)))
    written = np.frombuffer("".join(found).encode(), np.uint8) - ord("0")
    return np.ascontiguousarray(written.reshape(len(found), frame.n_digits).T)


def candidates_for(form: DateFormat) -> Iterable[str]:
    """Every date or time that there is, as its digits, and a few that there are not, such as the 31st of February."""
    if form == "HHMM":
        return (f"{hour:02}{minute:02}" for hour, minute in product(range(24), range(60)))
    years = [f"{year}" for year in YEARS] if "YYYY" in form else [f"{year:02}" for year in range(100)]
    months, days = range(1, 13), range(1, 32) if "D" in form else (1,)
    return (
        form.replace("YYYY", year).replace("YY", year).replace("MM", f"{month:02}").replace("DD", f"{day:02}")
        for year, month, day in product(years, months, days)
    )
