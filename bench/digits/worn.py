"""MNIST's test part with each of the twelve corruptions at its five strengths."""

from typing import NamedTuple

import numpy as np

from bench.digits.cells import Reader, read_cells
from bench.digits.corruptions import CORRUPTIONS, Corruption
from bench.digits.run import Figures, Run, classifier, digits, in_processes

N_STRENGTHS = 5


class Task(NamedTuple):
    """One corruption at one strength."""

    which: int
    strength: int
    run: Run


def measure(run: Run) -> Figures:
    """Errors by corruption and strength, shares of 1."""
    tasks = [Task(which, strength, run) for which in range(len(CORRUPTIONS)) for strength in range(N_STRENGTHS)]
    errors = np.array(list(in_processes("corruptions", error_of, tasks, run))).reshape(-1, N_STRENGTHS)
    return {
        "n": len(run.rows),
        "mean_error": float(errors.mean()),
        "of": [
            {
                "name": one.name,
                "meaning": one.meaning,
                "strengths": list(one.strengths),
                "errors": list(map(float, row)),
            }
            for one, row in zip(CORRUPTIONS, errors, strict=True)
        ],
    }


def error_of(task: Task) -> float:
    """The share of digits that are read wrong, a blank one and what is taken for no digit among them."""
    run = task.run
    return error(CORRUPTIONS[task.which], task.strength, run.rows, run.seed, classifier())


def error(one: Corruption, strength: int, rows: range, seed: int, reader: Reader) -> float:
    """The same, by any reader."""
    top = read_cells((one.cell(digits(), row, strength, seed) for row in rows), reader).argmax(axis=1)
    return float((top != digits().labels[rows]).mean())
