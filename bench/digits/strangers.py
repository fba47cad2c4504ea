"""What is no digit: rubbish and letters, at the confidence that rejects one digit in a hundred."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from bench.digits.cells import ink_of, read_cells, scanned
from bench.digits.letters import LETTERS, LIKE_DIGITS, letter_cell
from bench.digits.rubbish import KINDS, rubbish_cell
from bench.digits.run import Figures, Run, classifier, digits, in_processes
from formdigits.answers import answers_of
from formdigits.arrays import GreyPage
from formdigits.evaluation import auroc

REJECTED = 0.01
RUBBISH_SHARE, LETTER_SHARE = 0.04, 0.01
"""Cells of each kind of rubbish and of each letter, for every digit of the run."""
DIGITS_A_TASK = 500


class Task(NamedTuple):
    """Cells that are drawn and read together."""

    kind: str
    """`digit`, a kind of rubbish, or a letter."""
    numbers: range
    seed: int


def measure(run: Run) -> Figures:
    """Shares that are accepted, by kind, and how well digits are told from them."""
    starts = range(0, len(run.rows), DIGITS_A_TASK)
    tasks = [Task("digit", range(at, min(at + DIGITS_A_TASK, len(run.rows))), run.seed) for at in starts]
    n_rubbish, n_letters = (max(5, round(share * len(run.rows))) for share in (RUBBISH_SHARE, LETTER_SHARE))
    tasks += [Task(kind, range(n_rubbish), run.seed) for kind in KINDS]
    tasks += [Task(letter, range(n_letters), run.seed) for letter in LETTERS]
    found = list(in_processes("strangers", surenesses, tasks, run))
    of_digits = np.concatenate(found[: len(starts)])
    by_kind = dict(zip((task.kind for task in tasks[len(starts) :]), found[len(starts) :], strict=True))
    threshold = float(np.quantile(of_digits, REJECTED))
    groups = {
        "rubbish": list(KINDS),
        "letters": list(LETTERS),
        "letters unlike digits": [letter for letter in LETTERS if letter not in LIKE_DIGITS],
    }
    return {
        "n_digits": len(of_digits),
        "threshold": threshold,
        "of": {name: group(np.concatenate([by_kind[kind] for kind in kinds]), of_digits, threshold)
               for name, kinds in groups.items()},
        "accepted by kind": {kind: float((sure >= threshold).mean()) for kind, sure in by_kind.items()},
    }  # fmt: skip


def group(sure: np.ndarray, of_digits: np.ndarray, threshold: float) -> Figures:
    """Of one kind of strangers."""
    return {"n": len(sure), "accepted": float((sure >= threshold).mean()), "auroc": auroc(of_digits, sure)}


def surenesses(task: Task) -> np.ndarray:
    """How sure a digit is in each cell, shape (n,); -1 where it is read as no digit."""
    return answers_of(read_cells((draw(task, number) for number in task.numbers), classifier())).sureness


def cells_of(kinds: Iterable[str], n: int, seed: int) -> Iterator[GreyPage]:
    """So many cells of each kind."""
    return (draw(Task(kind, range(n), seed), number) for kind in kinds for number in range(n))


def draw(task: Task, number: int) -> GreyPage:
    """One cell."""
    if task.kind == "digit":
        rng = np.random.default_rng([task.seed, number])
        return scanned(ink_of(digits().images[number], rng), rng)
    if task.kind in KINDS:
        return rubbish_cell(digits(), task.kind, number, task.seed)
    return letter_cell(task.kind, number, task.seed)
