"""The probabilities of boxes, and the most probable texts of them together."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from formdigits.arrays import NOT_A_DIGIT
from formdigits.readings import CellReading

Rows = npt.NDArray[np.float64]
"""What is known of some boxes, shape (n, 11); a row sums to 1, and its last is "not a digit"."""
CHARACTERS = "0123456789?"
ROUNDED = 0.00005
"""Stored probabilities are this near to the true ones."""
LEAST = 1e-7
"""Texts less probable than this, beside the most probable one, are not looked at."""


def rows_of(cells: Sequence[CellReading]) -> Rows:
    """The probabilities of boxes with ink, as sharp as the best one of each is stored.

    What the others have of the rest is rounded coarsely: each has half a step more, so that none is ever zero.
    """
    rows = np.array([cell.probabilities for cell in cells]) + ROUNDED / 2
    places = range(len(cells))
    best = [NOT_A_DIGIT if cell.digit is None else cell.digit for cell in cells]
    confidences = np.array([cell.confidence for cell in cells])
    rows[places, best] = 0
    rows *= ((1 - confidences) / rows.sum(axis=1))[:, None]
    rows[places, best] = confidences
    return rows


def likeliest(
    rows: Iterable[npt.NDArray[np.float64]], most: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The most probable choices of one entry from each row.

    The likeliest begin like the likeliest beginnings, so that these are all that is kept from row to row.

    Args:
        rows: of any lengths, none of them empty.
        most: so many choices at most.

    Returns:
        Which entries, shape (k, number of rows), the most probable first; and the product of each choice, shape (k,).
    """
    choices, products = np.empty((1, 0), np.intp), np.ones(1)
    for row in rows:
        grown = np.multiply.outer(products, row).ravel()
        kept = np.flatnonzero(grown >= LEAST * grown.max())
        if len(kept) > most:
            kept = kept[np.argpartition(grown[kept], -most)[-most:]]
        choices = np.column_stack([choices[kept // len(row)], kept % len(row)])
        products = grown[kept]
    order = np.argsort(-products, kind="stable")
    return choices[order], products[order]


def text_of(choice: Sequence[int]) -> str:
    """One choice of a class for each box, as it is written."""
    return "".join(CHARACTERS[place] for place in choice)
