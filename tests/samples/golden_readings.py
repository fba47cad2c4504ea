"""What the samples are read as: `python -m tests.samples.golden_readings` writes it down anew, to be compared."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.form_template import FormShelf
from formdigits.messages import Chunk, PageRef
from formdigits.readings import PageReading
from formdigits.shipped import shipped_folder
from worker.model_in_service import Classifier
from worker.reading import read_chunks

SAMPLES = shipped_folder("samples")
GOLDEN = Path(__file__).parent / "golden"
READINGS, CROPS = GOLDEN / "readings.json", GOLDEN / "crops.npz"
FOLDERS = ("", "digits")
EVERY = 5
"""Every fifth crop is kept, so that the file stays small."""

Lines = dict[str, dict[str, str]]
"""`{file: {field: "text outcome"}}`."""


class FolderScans:
    """Scans of a folder, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_many(self, names: Iterable[str]) -> Iterator[bytes]:
        return ((self._folder / name).read_bytes() for name in names)


class CropKeeper:
    """Keeps the crops that reach the network, and lets another classifier read them."""

    def __init__(self, reads: Classifier) -> None:
        self._reads = reads
        self.version = reads.version
        self.crops: list[DigitBatch] = []

    def predict(self, crops: DigitBatch) -> Probabilities:
        self.crops.append(crops)
        return self._reads.predict(crops)

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float:
        return self._reads.threshold_for(max_error, n_digits)


def read_samples(classifier: Classifier) -> Lines:
    """Read every sample as a worker does."""
    lines: Lines = {}
    for name in FOLDERS:
        folder = SAMPLES / name
        truth = json.loads((folder / "truth.json").read_text())
        pages = tuple(PageRef(number=i, path=file) for i, file in enumerate(truth["pages"], 1))
        chunk = Chunk(job_id="golden", chunk_id=0, form=truth["form"], max_error=0.005, pages=pages)
        results = read_chunks([chunk], forms=FormShelf([]), scans=FolderScans(folder), classifier=classifier)[0]
        for page in pages:
            result = results[page.number]
            assert isinstance(result, PageReading), result
            lines[page.path] = {field.name: f"{field.text} {field.outcome.value}" for field in result.fields}
    return lines


def as_bytes(crops: Iterable[DigitBatch]) -> np.ndarray:
    """Every fifth crop, shape (n, 28, 28), 255 is ink."""
    kept = np.concatenate(list(crops))[::EVERY, :, :, 0]
    return np.rint(255 * (1 - kept)).astype(np.uint8)


def main() -> None:
    """Write down what the shipped network reads now."""
    from formdigits.model_version import DEFAULT_MODEL
    from worker.digit_classifier import DigitClassifier

    keeper = CropKeeper(DigitClassifier(DEFAULT_MODEL))
    GOLDEN.mkdir(exist_ok=True)
    READINGS.write_text(json.dumps(read_samples(keeper), indent=1) + "\n")
    np.savez_compressed(CROPS, crops=as_bytes(keeper.crops))


if __name__ == "__main__":
    main()
