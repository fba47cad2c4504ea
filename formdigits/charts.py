"""Pictures for people: how training went, what is taken for what, what accepting costs, one image and its digit."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from formdigits.arrays import GreyPage
from formdigits.held_out import AcceptPoint
from formdigits.reliability import ReliabilityBin

DPI = 110
INK, BLUE, RED, PALE = "#20242b", "#2563a8", "#b3392f", "#d9dee5"
NAMES = [*"0123456789", "none"]
LEAST_ERROR_SHOWN = 1e-5
"""The error axis is logarithmic and has no zero: a threshold without an error is drawn here."""


def draw_training(history: Sequence[Mapping[str, float]], file: Path) -> None:
    """Draw loss and accuracy over the epochs.

    Args:
        history: one entry an epoch, with loss, accuracy, val_loss and val_accuracy.
        file: the PNG to write.
    """
    figure = Figure(figsize=(9, 3.6), dpi=DPI, layout="constrained")
    for axes, name, title in zip(figure.subplots(1, 2), ("loss", "accuracy"), ("Loss", "Accuracy"), strict=True):
        epochs = range(1, len(history) + 1)
        axes.plot(epochs, [epoch[name] for epoch in history], color=PALE, lw=2, marker="o", ms=3, label="training")
        axes.plot(
            epochs, [epoch[f"val_{name}"] for epoch in history], color=BLUE, lw=2, marker="o", ms=3, label="held out"
        )
        axes.set_title(title, loc="left", color=INK)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
        _plain(axes)
    _save(figure, file)


def draw_confusion(confusion: Sequence[Sequence[int]], file: Path) -> None:
    """Draw which class is read as which; the shade is the share of its row, the number is the count.

    Args:
        confusion: shape (11, 11), truth down, reading across.
        file: the PNG to write.
    """
    counts = np.asarray(confusion, np.int64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(6.4, 6), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    wrong = shares * (1 - np.eye(len(counts)))
    axes.imshow(wrong, cmap="Reds", vmin=0, vmax=max(float(wrong.max()), 0.01))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            right = row == column
            axes.text(column, row, f"{count}", ha="center", va="center", fontsize=8, color=BLUE if right else INK)
    axes.set_xticks(range(len(NAMES)), NAMES)
    axes.set_yticks(range(len(NAMES)), NAMES)
    axes.set_xlabel("read as")
    axes.set_ylabel("is")
    axes.set_title(f"{counts.sum():,} crops, {counts.sum() - counts.trace():,} wrong", loc="left", color=INK)
    _save(figure, file)


def draw_accept_curve(curve: Sequence[AcceptPoint], file: Path) -> None:
    """Draw the error among accepted digits against the share that is accepted.

    Args:
        curve: thresholds ascending.
        file: the PNG to write.
    """
    figure = Figure(figsize=(6.4, 4), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    shown = [point for point in curve if point.accept_rate > 0]
    rates = [100 * point.accept_rate for point in shown]
    errors = [max(point.error_among_accepted, LEAST_ERROR_SHOWN) for point in shown]
    axes.semilogy(rates, errors, color=BLUE, lw=2, drawstyle="steps-post")
    axes.set_xlabel("accepted without a look, %")
    axes.set_ylabel("wrong among accepted")
    axes.set_title("What accepting costs", loc="left", color=INK)
    axes.set_ylim(bottom=LEAST_ERROR_SHOWN)
    _plain(axes)
    _save(figure, file)


def draw_reliability(bins: Sequence[ReliabilityBin], file: Path) -> None:
    """Draw how much was wrong beside how much the confidences said would be; on the diagonal both are the same.

    Args:
        bins: from the least confidence to the largest.
        file: the PNG to write.
    """
    figure = Figure(figsize=(6.4, 4.6), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    said = np.array([max(1 - one.confidence, LEAST_ERROR_SHOWN) for one in bins])
    wrong, n = np.array([1 - one.accuracy for one in bins]), np.array([one.n for one in bins])
    spread = np.sqrt((wrong * (1 - wrong) + 1 / (n + 1)) / (n + 1))  # two of it are about 95 %
    shown = np.maximum(wrong, LEAST_ERROR_SHOWN)
    low = shown - np.maximum(shown - 2 * spread, LEAST_ERROR_SHOWN)
    axes.plot([LEAST_ERROR_SHOWN, 1], [LEAST_ERROR_SHOWN, 1], color=PALE, lw=2)
    axes.errorbar(said, shown, (np.maximum(low, 0), 2 * spread), color=BLUE, fmt="o", ms=4, lw=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("wrong, by their confidence")
    axes.set_ylabel("wrong, as found")
    axes.set_title("Is confidence a probability?", loc="left", color=INK)
    _plain(axes)
    _save(figure, file)


def draw_prediction(image: GreyPage, text: str, file: Path) -> None:
    """Draw an image with what was read from it above.

    Args:
        image: grey pixels, shape (h, w).
        text: for example `7  99.8 %`.
        file: the PNG to write.
    """
    figure = Figure(figsize=(3.2, 3.6), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    axes.imshow(image, cmap="gray", vmin=0, vmax=255)
    axes.set_title(text, color=INK)
    axes.set_axis_off()
    _save(figure, file)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=PALE, lw=0.6)
    axes.set_axisbelow(True)


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, format="png")
