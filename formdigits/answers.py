"""What probabilities say in one word: a digit, or that there is none."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import NOT_A_DIGIT, Probabilities

NO_DIGIT_FROM = 0.95
"""A crop is said to show no digit where that is at least as probable as this.  Below it the likeliest digit is told,
however unlikely, and goes to review: there a guess serves better than a question mark, and most guesses are right."""


class Answers(NamedTuple):
    """What crops are read as."""

    classes: npt.NDArray[np.intp]
    """0 to 9, or 10 for not a digit; shape (n,)."""
    confidence: npt.NDArray[np.floating]
    """How probable that is, shape (n,)."""

    @property
    def is_digit(self) -> npt.NDArray[np.bool_]:
        """Shape (n,)."""
        found: npt.NDArray[np.bool_] = self.classes != NOT_A_DIGIT
        return found

    @property
    def sureness(self) -> npt.NDArray[np.floating]:
        """How sure a digit is, by which crops are accepted; -1 where none is seen.  Shape (n,)."""
        return np.where(self.is_digit, self.confidence, -1.0)


def answers_of(probabilities: Probabilities) -> Answers:
    """Take probabilities, shape (n, 11), calibrated or not, to one answer each."""
    classes = probabilities[:, :NOT_A_DIGIT].argmax(axis=1)
    classes[probabilities[:, NOT_A_DIGIT] >= NO_DIGIT_FROM] = NOT_A_DIGIT
    return Answers(classes, probabilities[np.arange(len(classes)), classes])
