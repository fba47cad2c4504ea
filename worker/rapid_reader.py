"""RapidOCR's network reads a field as one line of writing."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from formdigits.arrays import DigitCrop
from formdigits.rapidocr import network_file

LINE_PX = 48
"""The height of every line that the network looks at."""
GAP_PX, MARGIN_PX = 8, 19
"""Paper between two digits, and before and after a line, in pixels of a digit crop."""
INK = 0.6
"""What is darker in a digit crop is ink."""
N_SYMBOLS = 11
"""Between two digits, which is symbol 0, and the ten digits."""
TINY = 1e-6
"""No symbol is ruled out: the network is not that sure of anything."""
SURE = 3.0
"""It disagrees where its own reading is more than so many times as likely to it: below, its doubts are mostly wrong."""

Logs = npt.NDArray[np.float64]


class RapidReader:
    """Reads lines of digits, on one thread."""

    name = "RapidOCR"

    def __init__(self) -> None:
        """Load the network.

        Raises:
            NotInstalled: the package is not there.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(network_file(), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        letters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._symbols = [0, *(1 + letters.index(digit) for digit in "0123456789")]

    def disagrees(self, crops: Sequence[DigitCrop], text: str) -> str | None:
        """What it reads instead of a text; None where it reads the same, or is not sure.

        Args:
            crops: of the digits, from left to right.
            text: as many digits as there are crops.
        """
        logs = self.look_at(line_of(crops))
        own, likelihood = likeliest(logs, len(text))
        if own == text or likelihood - likeliest(logs, len(text), text)[1] <= np.log(SURE):
            return None
        return own

    def look_at(self, line: npt.NDArray[np.float32]) -> Logs:
        """Log-probabilities of nothing and of each digit along a line, shape (n, 11).

        Args:
            line: shape (48, w), 0 is ink and 1 is paper.
        """
        batch = np.repeat(2 * line[None, None] - 1, 3, axis=1)
        [[seen]] = self._session.run(None, {self._input: batch})
        digits = seen[:, self._symbols].astype(np.float64)
        logs: Logs = np.log(np.maximum(digits / digits.sum(axis=1, keepdims=True), TINY))
        return logs


def line_of(crops: Sequence[DigitCrop]) -> npt.NDArray[np.float32]:
    """Set digits side by side, each cut tightly, and enlarge them.

    Returns:
        Shape (48, w), 0 is ink and 1 is paper.
    """
    parts = []
    for crop in crops:
        columns = np.flatnonzero((crop[:, :, 0] < INK).any(axis=0))
        part = crop[:, columns[0] : columns[-1] + 1, 0] if len(columns) else crop[:, :, 0]
        parts.append(np.pad(part, ((0, 0), (GAP_PX // 2, GAP_PX // 2)), constant_values=1))
    line = np.pad(np.hstack(parts), ((0, 0), (MARGIN_PX, MARGIN_PX)), constant_values=1)
    height, width = line.shape
    large = cv2.resize(line, (round(width * LINE_PX / height), LINE_PX), interpolation=cv2.INTER_CUBIC)
    return np.clip(large, 0, 1).astype(np.float32, copy=False)


def likeliest(logs: Logs, n_digits: int, text: str | None = None) -> tuple[str, float]:
    """The likeliest way along a line that writes so many digits, and its log-probability.

    Args:
        logs: of nothing and of each digit, shape (n, 11).
        n_digits: 1 or more.
        text: the digits that it must write; None for any.
    """
    moves, states = moves_between(n_digits), np.arange((n_digits + 1) * N_SYMBOLS)
    barred = np.zeros((n_digits + 1, N_SYMBOLS))
    for i, digit in enumerate(text or "", start=1):
        barred[i, 1:] = -np.inf
        barred[i, 1 + int(digit)] = 0
    best, came_from = np.full(len(states), -np.inf), []
    best[0] = 0
    for row in logs:
        ways = best[:, None] + moves
        came_from.append(ways.argmax(axis=0))
        best = ways[came_from[-1], states] + (row + barred).ravel()
    state = int(best[-N_SYMBOLS:].argmax()) + n_digits * N_SYMBOLS
    likelihood, written = float(best[state]), ""
    for before in reversed(came_from):
        if before[state] // N_SYMBOLS != state // N_SYMBOLS:
            written = str(state % N_SYMBOLS - 1) + written
        state = int(before[state])
    return written, likelihood


@cache
def moves_between(n_digits: int) -> Logs:
    """Which state may follow which, 0 or minus infinity, shape (states, states).

    A state is how many digits are written so far, and the symbol that the line is at.  A digit may last; the same digit
    twice has nothing in between.
    """
    written, symbol = np.divmod(np.arange((n_digits + 1) * N_SYMBOLS), N_SYMBOLS)
    more, same = written[None] - written[:, None], symbol[None] == symbol[:, None]
    is_digit = symbol[None] > 0
    goes_on = (more == 0) & (same | ~is_digit)
    return np.where(goes_on | ((more == 1) & is_digit & ~same), 0.0, -np.inf)
