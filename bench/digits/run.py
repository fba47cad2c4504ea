"""What all parts of a run share: the network, the seed, how many digits, and two processes with a bar."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from formdigits.model_version import DEFAULT_MODEL
from samples.pen import TestDigits, load_test_digits
from worker.digit_classifier import DigitClassifier

N_TEST = 10_000
"""Digits in MNIST's test part."""

Task = TypeVar("Task")
Found = TypeVar("Found")
Figures = dict[str, Any]
"""What a part found: plain values for JSON."""


class Run(NamedTuple):
    """What is measured, and how much of it."""

    seed: int
    n_digits: int
    """At most so many digits of a set."""
    n_processes: int
    folder: Path
    """Where figures, pictures and what takes long to make are kept."""

    @property
    def rows(self) -> range:
        """Which digits of MNIST's test part take part."""
        return range(min(self.n_digits, N_TEST))


@cache
def classifier() -> DigitClassifier:
    """The shipped network on one thread, loaded once in each process."""
    cv2.setNumThreads(1)
    return DigitClassifier(DEFAULT_MODEL, n_threads=1)


@cache
def digits() -> TestDigits:
    """MNIST's test part, read once in each process."""
    return load_test_digits()


def in_processes(name: str, work: Callable[[Task], Found], tasks: Sequence[Task], run: Run) -> Iterator[Found]:
    """Do all tasks, and yield what they found in their order, with a bar that shows how many are done."""
    columns = TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    spawn = multiprocessing.get_context("spawn")  # threads do not survive a fork
    with Progress(*columns) as progress, spawn.Pool(run.n_processes) as pool:
        bar = progress.add_task(name, total=len(tasks))
        for found in pool.imap(work, tasks):
            yield found
            progress.advance(bar)
