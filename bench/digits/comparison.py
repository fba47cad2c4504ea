"""Other readers beside formdigits, in one run, on the same cells and the same fields of eight digits."""

import importlib.util
import resource
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console

from bench.digits.answers import figures_of_answers
from bench.digits.cells import ink_of, scanned
from bench.digits.corruptions import CORRUPTIONS
from bench.digits.readers.answer import Answer, Reader
from bench.digits.readers.formdigits_reader import Formdigits
from bench.digits.readers.hog_svm import HogSvm
from bench.digits.readers.rapid import RapidOcr
from bench.digits.readers.tesseract import Tesseract
from bench.digits.readers.tutorial_cnn import TutorialCnn
from bench.digits.run import N_TEST, Figures, Run, digits
from formdigits.arrays import GreyPage

FIELD = 8
"""Digits of a field."""
WEAR = 1
"""The second of five strengths: what a common form has."""
WARM_UP = 8
"""Cells that are read before the clock starts."""


class Subject(NamedTuple):
    """Cells, which are also fields of eight."""

    name: str
    cells: list[GreyPage]
    truth: str

    def first(self, n: int) -> "Subject":
        n -= n % FIELD
        return Subject(self.name, self.cells[:n], self.truth[:n])

    @property
    def fields(self) -> list[list[GreyPage]]:
        return [self.cells[start : start + FIELD] for start in range(0, len(self.cells), FIELD)]

    @property
    def truths(self) -> list[str]:
        return [self.truth[start : start + FIELD] for start in range(0, len(self.cells), FIELD)]


def measure(run: Run) -> Figures:
    """Read the same cells and fields with every reader that is there."""
    order = np.random.default_rng(run.seed).permutation(N_TEST)[: run.n_digits]
    subjects = clean(order, run.seed), worn(order, run.seed)
    console = Console()
    found = []
    for reader in readers(run):
        console.print(f"reading with {reader.name}")
        found.append({"name": reader.name} | {subject.name: read(reader, subject) for subject in subjects})
    return {"of": found, "missing": missing()}


def clean(order: np.ndarray, seed: int) -> Subject:
    """Digits as an ordinary scanner sees them."""
    rng = np.random.default_rng([seed, 1])
    cells = [scanned(ink_of(digits().images[row], rng), rng) for row in order]
    return Subject("clean", cells, text_of(order))


def worn(order: np.ndarray, seed: int) -> Subject:
    """Each with one of the twelve corruptions; the cells of a field have the same one."""
    which = np.random.default_rng([seed, 2]).integers(len(CORRUPTIONS), size=len(order))
    cells = [CORRUPTIONS[which[i // FIELD]].cell(digits(), int(row), WEAR, seed) for i, row in enumerate(order)]
    sides = {cell.shape for cell in cells}
    assert len(sides) <= 2, sides  # the black and white ones are half as large, all of a field
    return Subject("worn", cells, text_of(order))


def text_of(order: np.ndarray) -> str:
    """What the digits are."""
    return "".join(str(label) for label in digits().labels[order])


def readers(run: Run) -> list[Reader]:
    """Those that are installed."""
    found: list[Reader] = [Formdigits(), TutorialCnn(run.folder)]
    if importlib.util.find_spec("sklearn"):
        found.append(HogSvm())
    if importlib.util.find_spec("rapidocr"):
        found.append(RapidOcr())
    if Tesseract.is_there():
        found.append(Tesseract())
    return found


def missing() -> list[str]:
    """Those that are not, by their names."""
    there = {
        HogSvm.name: bool(importlib.util.find_spec("sklearn")),
        RapidOcr.name: bool(importlib.util.find_spec("rapidocr")),
        Tesseract.name: Tesseract.is_there(),
    }
    return [name for name, is_there in there.items() if not is_there]


def read(reader: Reader, subject: Subject) -> Figures:
    """Read as many cells and fields as the reader can bear."""
    part = subject.first(reader.at_most)
    reader.read_cells(part.cells[:WARM_UP])
    cells, cells_s = timed(lambda: reader.read_cells(part.cells))
    fields, fields_s = timed(lambda: reader.read_fields(part.fields))
    return {
        "cells": counted(cells, list(part.truth)) | {"digits_per_s": len(part.cells) / cells_s},
        "fields": counted(fields, part.truths) | {"digits_per_s": len(part.cells) / fields_s},
    }


def counted(answers: Sequence[Answer], truths: Sequence[str]) -> Figures:
    """How many are right, and how many wrong among the surest."""
    right = np.array([answer.text == truth for answer, truth in zip(answers, truths, strict=True)])
    return figures_of_answers(right, np.array([answer.confidence for answer in answers]))


def timed(work: Callable[[], list[Answer]]) -> tuple[list[Answer], float]:
    """The answers, and the seconds of processor time that they took, in this process and in its children."""
    started = processor_s()
    answers = work()
    return answers, processor_s() - started


def processor_s() -> float:
    """Used so far by this process, all its threads, and those of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
