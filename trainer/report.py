"""The pictures and figures that are kept beside a model version."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from formdigits.charts import draw_accept_curve, draw_confusion, draw_training
from formdigits.evaluation import Evaluation


def write_report(
    folder: Path, *, evaluation: Evaluation, history: Sequence[dict[str, float]], facts: dict[str, Any]
) -> Path:
    """Write report.json, confusion.png, accept.png and, of a training, training.png.

    Args:
        folder: made here.
        evaluation: on MNIST's test part and rubbish.
        history: one entry an epoch; empty for a model that was trained elsewhere.
        facts: metrics and comparisons, to be kept in report.json.
    """
    folder.mkdir(parents=True)
    figures = {"evaluation": evaluation.model_dump(), "history": list(history), **facts}
    (folder / "report.json").write_text(json.dumps(figures, indent=1))
    draw_confusion(evaluation.confusion, folder / "confusion.png")
    draw_accept_curve(evaluation.accept_curve, folder / "accept.png")
    if history:
        draw_training(history, folder / "training.png")
    return folder
