"""scikit-learn's support vector machine on histograms of gradients, as textbooks have it."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.digits.readers.answer import Answer, by_cell
from bench.digits.readers.crops import crops_of, train_part
from formdigits.arrays import DigitBatch, GreyPage

N_TRAIN = 60_000
"""All of MNIST's train part."""
N_BINS, CELL_PX = 9, 7


def histograms(crops: DigitBatch) -> npt.NDArray[np.float32]:
    """Gradients by direction in 4 x 4 cells, normalised in blocks of 2 x 2; shape (n, 324)."""
    down, across = np.gradient(1 - crops[..., 0], axis=(1, 2))
    strength, angle = np.hypot(across, down), np.arctan2(down, across) % np.pi
    place = angle / np.pi * N_BINS - 0.5
    lower, part = np.floor(place).astype(np.int64), place - np.floor(place)
    n, side = len(crops), crops.shape[1] // CELL_PX
    binned = np.zeros((*strength.shape, N_BINS), np.float32)
    for which, weight in ((lower % N_BINS, 1 - part), ((lower + 1) % N_BINS, part)):
        np.put_along_axis(binned, which[..., None], (strength * weight)[..., None], axis=3)
    cells = binned.reshape(n, side, CELL_PX, side, CELL_PX, N_BINS).sum(axis=(2, 4))
    blocks = np.concatenate([cells[:, i : i + side - 1, j : j + side - 1] for i in (0, 1) for j in (0, 1)], axis=3)
    return (blocks / (np.linalg.norm(blocks, axis=3, keepdims=True) + 0.05)).reshape(n, -1)


class HogSvm:
    """Learns on first use."""

    name = "scikit-learn, HOG and SVM"
    at_most = 4000

    @cached_property
    def _machine(self) -> Any:
        from sklearn.svm import SVC  # noqa: PLC0415 it is there where the model is measured

        crops, labels = train_part(N_TRAIN)
        return SVC(C=10, gamma="scale", cache_size=500).fit(histograms(crops), labels)

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """The surest of ten machines, and by how much it is surer than the next."""
        votes = self._machine.decision_function(histograms(crops_of(cells)))
        second, first = np.sort(votes, axis=1)[:, -2:].T
        return [Answer(str(top), float(lead)) for top, lead in zip(votes.argmax(axis=1), first - second, strict=True)]

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """Box by box."""
        return by_cell(self, fields)
