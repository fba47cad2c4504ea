"""Tells how well labelled images were read: lines for a person, plain values for a program, pictures in a folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from formdigits.charts import draw_accept_curve, draw_confusion, draw_reliability
from formdigits.evaluation import Evaluation
from formdigits.wilson import wilson
from worker.labelled_folder import LABELS

ACCEPT_RATES_SHOWN = (1.0, 0.99, 0.98, 0.95, 0.9)


def describe(evaluation: Evaluation) -> Iterator[str]:
    """The figures as lines for a person."""
    if evaluation.n > evaluation.n_none:
        yield from _of_digits(evaluation)
    if evaluation.none_accepted is not None:
        yield f"{evaluation.n_none:,} images without a digit, {evaluation.none_accepted:.2%} accepted as one"
    if evaluation.auroc is not None:
        yield f"a digit is surer than what is none in {evaluation.auroc:.2%} of pairs"
    if evaluation.n > evaluation.n_none:
        yield from ("", *_errors(evaluation), "", *_accepting(evaluation))
    yield from ("", *_confusion(evaluation))


def _of_digits(evaluation: Evaluation) -> Iterator[str]:
    n_digits = evaluation.n - evaluation.n_none
    low, high = wilson(evaluation.accuracy, n_digits)
    yield f"{n_digits:,} digits, {evaluation.accuracy:.2%} read right"
    yield f"of more digits like these, {low:.2%} to {high:.2%} (95 times in 100)"
    yield (
        f"at the error budget: {evaluation.accept_rate:.2%} accepted, from a confidence of {evaluation.threshold:.5f}, "
        f"{evaluation.error_among_accepted:.3%} of them wrong"
    )
    yield f"confidence and accuracy lie {evaluation.calibration_error:.2%} apart on average"


def _errors(evaluation: Evaluation) -> Iterator[str]:
    yield "rejected   wrong among the others" + ("   accepted of what is no digit" if evaluation.n_none else "")
    for point in evaluation.at_reject:
        accepted = "" if point.none_accepted is None else f"   {point.none_accepted:28.2%}"
        yield f"{point.rejected:8.0%}   {point.error_among_accepted:22.3%}{accepted}"


def _accepting(evaluation: Evaluation) -> Iterator[str]:
    yield "accepted   wrong among accepted   confidence from"
    points = (
        max((point for point in evaluation.accept_curve if point.accept_rate >= rate), default=None)
        for rate in ACCEPT_RATES_SHOWN
    )
    for point in dict.fromkeys(points):  # of few digits, many rates are met at one threshold
        if point:
            yield f"{point.accept_rate:8.2%}   {point.error_among_accepted:20.3%}   {point.threshold:.5f}"


def _confusion(evaluation: Evaluation) -> Iterator[str]:
    yield "is \\ read as " + "".join(f"{name:>6}" for name in LABELS)
    for name, row in zip(LABELS, evaluation.confusion, strict=True):
        yield f"{name:>12} " + "".join(f"{count or '.':>6}" for count in row)


def values(evaluation: Evaluation, unreadable: dict[str, str]) -> dict[str, Any]:
    """The figures as JSON has them."""
    named = {
        name: [point._asdict() for point in getattr(evaluation, name)]
        for name in ("accept_curve", "at_reject", "reliability")
    }
    interval = wilson(evaluation.accuracy, evaluation.n - evaluation.n_none)
    return evaluation.model_dump(mode="json") | named | {"interval": interval, "unreadable": unreadable}


def write_report(folder: Path, evaluation: Evaluation, unreadable: dict[str, str]) -> None:
    """Write report.json, report.txt, confusion.png, accept.png and reliability.png."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(values(evaluation, unreadable), indent=1) + "\n")
    (folder / "report.txt").write_text("\n".join(describe(evaluation)) + "\n")
    draw_confusion(evaluation.confusion, folder / "confusion.png")
    draw_accept_curve(evaluation.accept_curve, folder / "accept.png")
    draw_reliability(evaluation.reliability, folder / "reliability.png")
