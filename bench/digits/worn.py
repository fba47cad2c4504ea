"""MNIST's test part with each of the twelve corruptions at its five strengths."""

from typing import NamedTuple

import numpy as np

from bench.digits.cells import Reader, read_cells
from bench.digits.corruptions import AS_FIRST, CORRUPTIONS, Corruption
from bench.digits.run import Figures, Run, classifier, digits, in_processes
from formdigits.answers import answers_of

ALL = (*CORRUPTIONS, *AS_FIRST)
N_STRENGTHS = 5


class Task(NamedTuple):
    """One of `ALL` at one strength."""

    which: int
    strength: int
    run: Run


def measure(run: Run) -> Figures:
    """Errors by corruption and strength, shares of 1; of three also at the strengths that they had at first."""
    tasks = [Task(which, strength, run) for which in range(len(ALL)) for strength in range(N_STRENGTHS)]
    errors = np.array(list(in_processes("corruptions", error_of, tasks, run))).reshape(-1, N_STRENGTHS)
    told = [told_of(one, row) for one, row in zip(ALL, errors, strict=True)]
    of, as_first = told[: len(CORRUPTIONS)], told[len(CORRUPTIONS) :]
    harder = {one["name"]: one for one in as_first}
    return {
        "n": len(run.rows),
        "mean_error": mean_error(of),
        "mean_error_as_first": mean_error([harder.get(one["name"], one) for one in of]),
        "of": of,
        "as_first": as_first,
    }


def told_of(one: Corruption, errors: np.ndarray) -> Figures:
    """What is told of a corruption."""
    return {
        "name": one.name,
        "meaning": one.meaning,
        "strengths": list(one.strengths),
        "errors": list(map(float, errors)),
    }


def mean_error(told: list[Figures]) -> float:
    """Over all corruptions and strengths."""
    return float(np.mean([one["errors"] for one in told]))


def error_of(task: Task) -> float:
    """The share of digits that are read wrong, a blank one and what is taken for no digit among them."""
    run = task.run
    return error(ALL[task.which], task.strength, run.rows, run.seed, classifier())


def error(one: Corruption, strength: int, rows: range, seed: int, reader: Reader) -> float:
    """The same, by any reader."""
    found = read_cells((one.cell(digits(), row, strength, seed) for row in rows), reader)
    return float((answers_of(found).classes != digits().labels[rows]).mean())
