"""Small stand-ins: a network that knows the answer, and scans that lie in a dictionary."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from formdigits.arrays import N_CLASSES, DigitBatch, Probabilities
from formdigits.calibration import Calibration
from formdigits.errors import PageError
from formdigits.model_version import ManifestDraft


def probabilities(digit: int, top: float = 0.9999) -> Probabilities:
    """What a network would say that is `top` sure of `digit`; shape (11,)."""
    row = np.full(N_CLASSES, (1 - top) / (N_CLASSES - 1), np.float32)
    row[digit] = top
    return row


@dataclass
class FakeClassifier:
    """Reads every crop as the next of `digits`, over and over."""

    digits: str = "7"
    version: str = "fake-1"
    top: float = 0.9999
    batch_sizes: list[int] = field(default_factory=list)

    def predict(self, crops: DigitBatch) -> Probabilities:
        self.batch_sizes.append(len(crops))
        rows = [probabilities(int(self.digits[i % len(self.digits)]), self.top) for i in range(len(crops))]
        return np.array(rows, np.float32).reshape(-1, N_CLASSES)

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float:
        return 1 - max_error


@dataclass
class FakeScans:
    """Scans by path; the error of a page is given instead of its bytes, any other is raised."""

    by_path: Mapping[str, bytes | Exception]

    def read_many(self, paths: Iterable[str]) -> Iterator[bytes | PageError]:
        for path in paths:
            found = self.by_path[path]
            if not isinstance(found, bytes | PageError):
                raise found
            yield found


MANIFEST_DRAFT = ManifestDraft(
    n_classes=11,
    input_shape=(28, 28, 1),
    polarity="ink_is_0",
    output="probabilities",
    crop_version=1,
    calibration=Calibration(),
    metrics={"accuracy": 0.99},
    lineage={"seed": 1},
)
"""What a maker of models may say of one."""
