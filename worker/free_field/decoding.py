"""The best way through a lattice: which atoms are which digits, and how much better that is than any other reading."""

import heapq
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from formdigits.arrays import NOT_A_DIGIT, Probabilities
from formdigits.readings import CellReading
from worker.free_field.lattice import Edge, Lattice
from worker.free_field.looks import price

KEPT = 6
"""So many different readings are followed at a time."""
LEAST = 1e-6
"""A probability below this says no more than this."""
LIKELY = 0.01
"""Of one crop the digits that have this share of the likeliest one's probability are followed."""
WRONG_LENGTH = 4.0
"""Price of a reading with more or fewer digits than the form says: people forget and add some."""
TRUST_DIGIT, TRUST_WHICH = 2.95, 1.15
"""How much the network's logarithms weigh beside the shapes': that a crop is a digit, and which one."""
NOT_READ = CellReading(digit=None, confidence=1.0, probabilities=(0.0,) * NOT_A_DIGIT + (1.0,))
"""A minus sign, or ink that the network was not asked about."""


class FreeReading(NamedTuple):
    """What a free field says."""

    cells: list[CellReading]
    """One a digit or other sign, from left to right; decimal points have none."""
    text: str
    """`0` to `9`, `?` for ink that is no digit, `.` for a decimal point or comma."""
    confidence: float
    """Probability that all of it is right, 0 to 1: the share of all ways to see this text among all ways."""


class Path(NamedTuple):
    """All ways from the left end to some place that give one text."""

    price: float
    """Of all of them together."""
    text: str
    cheapest: float
    edges: tuple[Edge, ...]
    """Of the cheapest of them."""

    def followed_by(self, edge: Edge, sign: str, price: float) -> "Path":
        return Path(self.price + price, self.text + sign, self.cheapest + price, (*self.edges, edge))


def decode(lattice: Lattice, probabilities: Probabilities, lengths: tuple[int, int]) -> FreeReading:
    """Find the most likely reading of a free field.

    Args:
        lattice: of the field.
        probabilities: what the network says of its crops, shape (n, 11).
        lengths: the least and the most digits.  A reading of another length is only given where there is none of these.

    Returns:
        No cells and no text where there is no ink.
    """
    if not lattice.n_atoms:
        return FreeReading([], "", 1.0)
    readings = [path for path in _readings(lattice, probabilities) if path.text]
    if not readings:
        return FreeReading([NOT_READ], "?", 0.0)
    least, most = lengths

    def total(path: Path) -> float:
        return path.price + WRONG_LENGTH * (not least <= n_digits(path.text) <= most)

    fitting = [path for path in readings if least <= n_digits(path.text) <= most]
    best = min(fitting or readings, key=total)
    weights = [math.exp(-min(total(path) - total(best), 700.0)) for path in readings]
    sure = 1.0 / sum(weights) if fitting else 0.0
    seen = [edge for edge in best.edges if edge.kind in ("digit", "other")]
    signs = best.text.replace(".", "")
    cells = [_cell(edge, sign, probabilities) for edge, sign in zip(seen, signs, strict=True)]
    return FreeReading(cells, best.text, round(sure, 6))


def n_digits(text: str) -> int:
    """How many digits a text has."""
    return sum(character.isdigit() for character in text)


def _readings(lattice: Lattice, probabilities: Probabilities) -> list[Path]:
    """The cheapest ways through the lattice for every number of digits, each with another text."""
    from_place: list[list[Edge]] = [[] for _ in range(lattice.n_atoms)]
    for edge in lattice.edges:
        from_place[edge.start].append(edge)
    # For every place, the paths to it by their number of digits.
    paths: list[dict[int, dict[str, Path]]] = [{} for _ in range(lattice.n_atoms + 1)]
    paths[0] = {0: {"": Path(0.0, "", 0.0, ())}}
    for place, edges in enumerate(from_place):
        here = {n: _cheapest(list(texts.values())) for n, texts in paths[place].items()}
        for edge in edges:
            signs = _signs(edge, probabilities)
            for n, known in here.items():
                there = paths[edge.end].setdefault(n + (edge.kind == "digit"), {})
                for path in known:
                    if edge.kind == "point" and not _may_have_point(path.text):
                        continue
                    for sign, its_price in signs:
                        _keep(there, path.followed_by(edge, sign, its_price))
    ends = paths[lattice.n_atoms].values()
    return [path for texts in ends for path in _cheapest(list(texts.values())) if path.text[-1:] != "."]


def _may_have_point(text: str) -> bool:
    """Whether a decimal point may follow: behind a digit, and once."""
    return text[-1:].isdigit() and "." not in text


def _cheapest(paths: Sequence[Path]) -> list[Path]:
    return heapq.nsmallest(KEPT, paths, key=lambda path: path.price)


def _keep(texts: dict[str, Path], path: Path) -> None:
    """Put the ways to one text together."""
    known = texts.get(path.text)
    if known is None:
        texts[path.text] = path
        return
    low, high = sorted((known.price, path.price))
    best = min(known, path, key=lambda one: one.cheapest)
    texts[path.text] = best._replace(price=low - math.log1p(math.exp(low - high)))


def _signs(edge: Edge, probabilities: Probabilities) -> list[tuple[str, float]]:
    """What an edge may say, and the price of each."""
    shape = price(edge.look)
    if edge.crop is None:
        return [({"point": ".", "other": "?"}.get(edge.kind, ""), shape)]
    row = np.maximum(probabilities[edge.crop].astype(np.float64), LEAST)
    if edge.kind == "other":
        return [("?", shape - TRUST_DIGIT * math.log(row[NOT_A_DIGIT]))]
    digits, is_digit = row[:NOT_A_DIGIT], math.log(row[:NOT_A_DIGIT].sum())
    likely = np.flatnonzero(digits >= LIKELY * digits.max()).tolist()
    return [
        (str(digit), shape - TRUST_DIGIT * is_digit - TRUST_WHICH * (math.log(digits[digit]) - is_digit))
        for digit in likely
    ]


def _cell(edge: Edge, sign: str, probabilities: Probabilities) -> CellReading:
    """The reading of one digit, or of a sign that is none."""
    if edge.crop is None:
        return NOT_READ
    row = probabilities[edge.crop].astype(np.float64)
    digit = NOT_A_DIGIT if sign == "?" else int(sign)
    return CellReading(
        digit=None if digit == NOT_A_DIGIT else digit,
        confidence=round(float(row[digit]), 6),
        probabilities=tuple(row.round(4).tolist()),
    )
