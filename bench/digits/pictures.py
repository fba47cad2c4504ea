"""The pictures of the model card: what was misread, whether confidence holds, examples of corruptions and strangers."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from bench.digits.corruptions import CORRUPTIONS
from bench.digits.letters import LETTERS, letter_cell
from bench.digits.rubbish import KINDS, rubbish_cell
from bench.digits.run import Figures, Run, digits
from formdigits.answers import answers_of
from formdigits.arrays import GreyPage, Probabilities
from formdigits.held_out import Labels

MOST_MISREAD, A_ROW = 60, 12
DPI = 90
SIDE_PX = 48
"""Of a cell in a picture of many."""
N_STRENGTHS, N_OF_EACH = 5, 2
NAMES = [*"0123456789", "none"]


def draw_misread(images: np.ndarray, labels: Labels, probabilities: Probabilities, file: Path) -> None:
    """Draw the digits that are read wrong, the surest first: what it is, what it is read as, how surely."""
    top, sure = answers_of(probabilities)
    wrong = np.flatnonzero(top != labels)
    shown = wrong[np.argsort(-sure[wrong], kind="stable")][:MOST_MISREAD]
    n_rows = max(1, -(-len(shown) // A_ROW))
    figure = Figure(figsize=(9, 0.95 * n_rows), dpi=DPI, layout="constrained")
    places = np.atleast_2d(figure.subplots(n_rows, A_ROW, squeeze=False))
    for axes in places.flat:
        axes.set_axis_off()
    for axes, row in zip(places.flat, shown, strict=False):
        axes.imshow(255 - images[row], cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{labels[row]} as {NAMES[top[row]]}, {sure[row]:.2f}", fontsize=6.5, pad=2)
    figure.savefig(file)


def draw_errors(found: Figures, file: Path) -> None:
    """Draw the error of every corruption at its five strengths."""
    figure = Figure(figsize=(9, 4.6), dpi=DPI, layout="constrained")
    axes = figure.subplots(3, 4, sharex=True).flat
    for one, place in zip(found["of"], axes, strict=True):
        place.plot(range(1, N_STRENGTHS + 1), [100 * error for error in one["errors"]], "o-", color="#b3392f", ms=3)
        place.set_title(one["name"], fontsize=8)
        place.set_ylim(0, max(5, 105 * max(one["errors"])))
        place.tick_params(labelsize=7)
    figure.supylabel("digits read wrong, %", fontsize=8)
    figure.supxlabel("strength", fontsize=8)
    figure.savefig(file)


def draw_corruptions(run: Run) -> None:
    """Draw every corruption at every strength, a row each."""
    rows = [
        [one.cell(digits(), row, strength, run.seed) for strength in range(N_STRENGTHS) for row in range(N_OF_EACH)]
        for one in CORRUPTIONS
    ]
    save_sheet(rows, run.folder / "corruptions.png")


def draw_strangers(run: Run) -> None:
    """Draw some rubbish of every kind, a row each, and some letters."""
    columns = range(N_STRENGTHS * N_OF_EACH)
    rows = [[rubbish_cell(digits(), kind, number, run.seed) for number in columns] for kind in KINDS]
    letters = np.random.default_rng(run.seed).permutation(list(LETTERS))[: 4 * len(columns)].reshape(4, -1)
    rows += [[letter_cell(str(letter), 0, run.seed) for letter in some] for some in letters]
    save_sheet(rows, run.folder / "strangers.png")


def save_sheet(rows: Sequence[Sequence[GreyPage]], file: Path) -> None:
    """Save cells side by side."""
    small = [[cv2.resize(cell, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for cell in row] for row in rows]
    sheet = np.vstack([np.hstack([np.pad(cell, 1, constant_values=200) for cell in row]) for row in small])
    cv2.imwrite(str(file), sheet // 16 * 16, [cv2.IMWRITE_PNG_COMPRESSION, 9])
