"""Reads a folder of labelled digit images: one subfolder a digit, and `none` for what is no digit."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import N_CLASSES, NOT_A_DIGIT, Probabilities
from formdigits.digit_crop import normalise, paper_is_light
from formdigits.errors import BadRequest, PageError
from formdigits.scan import decode
from worker.model_in_service import Classifier

LABELS = {str(digit): digit for digit in range(10)} | {"none": NOT_A_DIGIT}
BELONGS = "images belong into subfolders named 0 to 9, and what is no digit into one named none"
AT_A_TIME = 1024


class Labelled(NamedTuple):
    """What was read of the folder."""

    probabilities: Probabilities
    """Shape (n, 11)."""
    labels: npt.NDArray[np.int64]
    """Shape (n,), 0 to 10; 10 is not a digit."""
    unreadable: dict[str, str]
    """Files that are no images, with the reason."""
    passed_over: tuple[str, ...]
    """What else lies in the folder: files without a label, and subfolders of other names."""


def read_labelled_folder(folder: Path, classifier: Classifier) -> Labelled:
    """Read every image below the folder.  A blank image counts as read, and as no digit.

    Raises:
        BadRequest: the folder has none of the subfolders, or no image in them.
    """
    passed_over = tuple(
        sorted(path.name for path in folder.iterdir() if path.name[0] != "." and path.name not in LABELS)
    )
    files = [(path, label) for name, label in LABELS.items() for path in sorted((folder / name).rglob("*"))]
    files = [(path, label) for path, label in files if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise BadRequest(f"{folder}: there is no labelled image; {BELONGS}")
    unreadable: dict[str, str] = {}
    parts = [
        _read(files[start : start + AT_A_TIME], folder, classifier, unreadable)
        for start in range(0, len(files), AT_A_TIME)
    ]
    if len(unreadable) == len(files):
        name, reason = next(iter(unreadable.items()))
        raise BadRequest(f"{folder}: none of its files can be read; {name}: {reason}")
    labels = [label for path, label in files if str(path.relative_to(folder)) not in unreadable]
    return Labelled(np.concatenate(parts), np.array(labels, np.int64), unreadable, passed_over)


def _read(
    files: list[tuple[Path, int]], folder: Path, classifier: Classifier, unreadable: dict[str, str]
) -> Probabilities:
    crops = list(_crops([path for path, _ in files], folder, unreadable))
    probabilities: Probabilities = np.zeros((len(crops), N_CLASSES), np.float32)
    probabilities[:, NOT_A_DIGIT] = 1.0
    inked = {place: crop for place, crop in enumerate(crops) if crop is not None}
    if inked:
        probabilities[list(inked)] = classifier.predict(np.stack(list(inked.values())))
    return probabilities


def _crops(paths: list[Path], folder: Path, unreadable: dict[str, str]) -> Iterator[npt.NDArray[np.float32] | None]:
    for path in paths:
        try:
            yield normalise(paper_is_light(decode(path.read_bytes())))
        except (PageError, OSError) as error:
            unreadable[str(path.relative_to(folder))] = str(error)
