"""Good ways through a lattice by the looks of its edges alone, before the network has seen any of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Prices = npt.NDArray[np.float64]


class Step(NamedTuple):
    """One way to see the atoms from `start` up to `end`."""

    start: int
    end: int
    price: float
    is_digit: bool


def extra_prices(steps: Sequence[Step], n_atoms: int, lengths: tuple[int, int]) -> Prices:
    """How much dearer than the best way the best way through each step is.

    It is compared with all ways, and with those alone that have as many digits as they should; the less counts.
    Digits that touch look best as one, and only their number says that they are two.

    Args:
        steps: all that the atoms may be.
        n_atoms: of the lattice.
        lengths: the least and the most digits.

    Returns:
        One a step, 0 on a best way; infinite where no way leads through it.
    """
    most = min(lengths[1], n_atoms)
    before = cheapest(steps, n_atoms, most)
    behind = cheapest([turned(step, n_atoms) for step in steps], n_atoms, most)[::-1]
    starts, ends = np.array([step.start for step in steps]), np.array([step.end for step in steps])
    prices, n_own = np.array([step.price for step in steps]), np.array([step.is_digit for step in steps], np.intp)
    extra: Prices = before[starts].min(axis=1) + prices + behind[ends].min(axis=1) - before[-1].min()
    best = before[-1, lengths[0] : most + 1].min(initial=np.inf)
    for n_digits in range(lengths[0], most + 1) if np.isfinite(best) else ():
        for n_before in range(n_digits + 1):
            n_behind = n_digits - n_before - n_own
            way = before[starts, n_before] + prices + behind[ends, n_behind] - best
            extra = np.where(n_behind >= 0, np.minimum(extra, way), extra)
    return extra


def turned(step: Step, n_atoms: int) -> Step:
    """The step as seen from the right end."""
    return step._replace(start=n_atoms - step.end, end=n_atoms - step.start)


def cheapest(steps: Sequence[Step], n_atoms: int, most: int) -> Prices:
    """The price of the best way to every place.

    Returns:
        Shape (n_atoms + 1, most + 2): by the digits on the way; the last column is for more than `most`.
    """
    prices = np.full((n_atoms + 1, most + 2), np.inf)
    prices[0, 0] = 0.0
    for start, end, price, is_digit in sorted(steps):
        here, there = prices[start] + price, prices[end]
        if is_digit:
            there[-1] = min(there[-1], here[-1])
            there, here = there[1:], here[:-1]
        np.minimum(there, here, out=there)
    return prices
