"""What the boxes of a field tell of every line of a roster."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import NOT_A_DIGIT
from formdigits.form_template import Field
from formdigits.readings import CellReading, FieldReading

Logs = npt.NDArray[np.float32]
"""Of each digit of a number the logarithms of the probabilities of 0 to 9, shape (n digits, 10)."""
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

NOT_ON_ROSTER = 0.01
"""Share of pages whose writer is not on the roster, or wrote a wrong number..."""
OTHER_DIGITS = 9
"""...which is thought to be one digit away from a line of it: so many numbers for every box."""
LEAST = 1e-6
"""Probability of a digit that the network rules out: none is to be believed beyond this."""
NEVER = -60.0
"""Logarithm for a digit that cannot be there."""
MOST_CANDIDATES = 32
"""Lines that are looked at for one page."""
LINES_AT_ONCE, PAGES_AT_ONCE = 8192, 64
"""To compare so many takes 4 MB."""

NO_LINES: Ints = np.zeros(0, np.intp)


class Candidates(NamedTuple):
    """The lines that a page could have; more than this says against them, it has none of them.

    Weights are logarithms, and 0 is that of having none.
    """

    lines: Ints
    """Which lines, the likeliest first, shape (n,)."""
    weights: Floats
    """Of each of them, above 0 and falling, shape (n,)."""
    rest: float
    """Weight of all other lines together; minus infinity where they cannot be."""
    unlike: float
    """Weight of having none, and another number than the likeliest line; 0 where there is no line."""


class Roster:
    """The lines of a roster, each a number of its own."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values: Sequence[str] = sorted(values)
        self._number_of = {value: number for number, value in enumerate(self.values)}
        self._of_length: dict[int, Ints] = {}
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, value in enumerate(self.values):
            by_length[len(value)].append(number)
        for length, numbers in by_length.items():
            self._of_length[length] = np.array(numbers, np.intp)

    def candidates(self, pages: Sequence[Logs]) -> list[Candidates]:
        """Find the lines that each page could have, from what its boxes tell."""
        found = {at: sure for at, logs in enumerate(pages) if (sure := self._surely(logs))}
        by_length: dict[int, list[int]] = defaultdict(list)
        for at, logs in enumerate(pages):
            if at not in found:
                by_length[len(logs)].append(at)
        for ats in by_length.values():
            for start in range(0, len(ats), PAGES_AT_ONCE):
                some = ats[start : start + PAGES_AT_ONCE]
                found.update(zip(some, self._compare([pages[at] for at in some]), strict=True))
        return [found[at] for at in range(len(pages))]

    def _surely(self, logs: Logs) -> Candidates | None:
        """The line that is read, where its digits are so sure that no other can be a candidate."""
        number = self._number_of.get("".join(map(str, logs.argmax(axis=1))))
        chance = math.exp(logs.max(axis=1).sum(dtype=np.float64))
        if number is None or 1 - chance > chance_of_none(len(logs)):
            return None
        return _candidates(np.array([number]), np.array([chance]), 1.0, len(logs))

    def _compare(self, pages: Sequence[Logs]) -> list[Candidates]:
        """Compare pages of one length with all lines: as products of matrices, some lines at a time."""
        length = len(pages[0])
        all_lines = self._of_length.get(length, NO_LINES)
        flat = np.stack(pages).reshape(len(pages), -1)
        found: list[list[tuple[Ints, Floats]]] = [[] for _ in pages]
        totals = np.zeros(len(pages))
        for start in range(0, len(all_lines), LINES_AT_ONCE):
            lines = all_lines[start : start + LINES_AT_ONCE]
            chances = np.exp((flat @ self._one_hot(lines)).astype(np.float64))
            totals += chances.sum(axis=1)
            for at in np.flatnonzero(chances.max(axis=1) > chance_of_none(length)):
                likely = np.flatnonzero(chances[at] > chance_of_none(length))
                found[at].append((lines[likely], chances[at, likely]))
        return [
            _candidates(*_joined(parts), total, length) for parts, total in zip(found, totals.tolist(), strict=True)
        ]

    def _one_hot(self, lines: Ints) -> Logs:
        """Shape (n digits · 10, n lines); 1 where a line has the digit."""
        digits = np.array([list(map(int, self.values[line])) for line in lines])
        is_digit: npt.NDArray[np.bool_] = digits.T[:, None, :] == np.arange(10)[None, :, None]
        return is_digit.reshape(-1, len(lines)).astype(np.float32)


def _joined(parts: Sequence[tuple[Ints, Floats]]) -> tuple[Ints, Floats]:
    """Parts of one list, behind each other."""
    lines, chances = [part[0] for part in parts], [part[1] for part in parts]
    return np.concatenate([NO_LINES, *lines]), np.concatenate([np.zeros(0), *chances])


def chance_of_none(length: int) -> float:
    """How likely somebody who is not on the roster writes one number that looks like one of its lines."""
    return NOT_ON_ROSTER / (1 - NOT_ON_ROSTER) / (OTHER_DIGITS * length)


def _candidates(lines: Ints, chances: Floats, total: float, length: int) -> Candidates:
    """Sort them, and weigh them against none.

    Args:
        lines: those that are likelier than none, shape (n,).
        chances: of each from the boxes alone, 0 to 1.
        total: of all lines together, or more.
        length: of the number, in digits.
    """
    order = np.argsort(-chances, kind="stable")[:MOST_CANDIDATES]
    kept, none = chances[order], chance_of_none(length)
    rest, unlike = max(0.0, total - float(kept.sum())), 1 - float(kept[:1].sum())
    return Candidates(lines[order], np.log(kept / none), _log(rest / none), _log(unlike))


def _log(chance: float) -> float:
    return math.log(chance) if chance > 0 else -math.inf


def digit_logs(field: Field, reading: FieldReading) -> Logs | None:
    """What the boxes tell of the number in them; None where no number stands there, as in a blank field."""
    first, last = written_span(reading)
    cells = reading.cells[first:last]
    if not cells or any(cell.blank for cell in cells):
        return None
    zeros = first if field.blanks.leading == "pad_zero" else 0
    logs = np.full((zeros + len(cells), 10), NEVER, np.float32)
    logs[:zeros, 0] = 0
    logs[zeros:] = np.log([chances_of(cell) for cell in cells])
    return logs


def written_span(reading: FieldReading) -> tuple[int, int]:
    """The first box with ink and the one behind the last; the same where there is none."""
    inked = [at for at, cell in enumerate(reading.cells) if not cell.blank]
    return (inked[0], inked[-1] + 1) if inked else (0, 0)


def chances_of(cell: CellReading) -> list[float]:
    """Probabilities of 0 to 9.

    They are stored with four places, and the largest with six: what that leaves is for those that are stored as 0.
    """
    chances = list(cell.probabilities)
    best = NOT_A_DIGIT if cell.digit is None else cell.digit
    chances[best] = cell.confidence
    n_zero = chances.count(0)
    left = max(0.0, 1 - sum(chances)) / max(1, n_zero)
    return [max(LEAST, chance or left) for chance in chances[:10]]
