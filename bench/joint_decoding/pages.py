"""What stands on the pages: what people write, now and then wrong, in digits that are worn alike."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.joint_decoding.kinds import Kind
from bench.joint_decoding.numbers import Rng, any_number
from formdigits.readings import CellReading
from samples.pen import load_test_digits
from trainer.wear import worn_ways
from worker.decision import BLANK_CELL, read_cells
from worker.digit_classifier import DigitClassifier

WRITTEN_WRONG = 0.01
N_WAYS = 4
Scan = dict[str, list[CellReading]]
"""The readings of crops that were worn alike, by the digit that they show."""


class Page(NamedTuple):
    """Fields, as they are written and as the network sees their boxes."""

    texts: tuple[str, ...]
    cells: tuple[tuple[CellReading, ...], ...]


def worn_scans(classifier: DigitClassifier, seed: int) -> list[Scan]:
    """MNIST's test digits as several scans have them, read."""
    digits = load_test_digits()
    worn = worn_ways((255 - digits.images)[..., None], n_ways=N_WAYS, seed=seed)
    cells = read_cells(classifier.predict(np.divide(worn.pixels, 255, dtype=np.float32)))
    scans: list[Scan] = [{d: [] for d in "0123456789"} for _ in range(int(worn.scans.max()) + 1)]
    for cell, row, scan in zip(cells, worn.rows, worn.scans, strict=True):
        scans[scan][str(digits.labels[row])].append(cell)
    return scans


def draw_pages(kind: Kind, scans: Sequence[Scan], n: int, rng: Rng) -> list[Page]:
    """Draw pages, each on one of the scans."""
    pages = []
    for number in range(n):
        texts, scan = written(kind.draw(rng), rng), scans[number % len(scans)]
        pages.append(Page(texts, tuple(tuple(_cell(scan, sign, rng) for sign in text) for text in texts)))
    return pages


def written(right: tuple[str, ...], rng: Rng) -> tuple[str, ...]:
    """What a person writes: on one page in a hundred one field is wrong, by a slip in one digit or altogether."""
    if rng.random() >= WRITTEN_WRONG:
        return right
    place = int(rng.integers(len(right)))
    wrong = any_number(rng, len(right[place])) if rng.random() < 0.5 else slipped(right[place], rng)
    return (*right[:place], wrong, *right[place + 1 :])


def slipped(text: str, rng: Rng) -> str:
    """A text with another digit in one of its boxes."""
    place = int(rng.choice([i for i, sign in enumerate(text) if sign != "_"]))
    return text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]


def _cell(scan: Scan, sign: str, rng: Rng) -> CellReading:
    return BLANK_CELL if sign == "_" else scan[sign][int(rng.integers(len(scan[sign])))]
