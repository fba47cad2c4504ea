"""The pictures and figures that are kept beside a model version."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from formdigits.charts import draw_accept_curve, draw_confusion, draw_reliability, draw_training
from formdigits.evaluation import Evaluation


def write_report(
    folder: Path,
    *,
    evaluation: Evaluation,
    on_scans: Evaluation,
    history: Sequence[dict[str, float]],
    facts: dict[str, Any],
) -> Path:
    """Write report.json, confusion.png, accept.png, reliability.png and, of a training, training.png.

    Args:
        folder: made here.
        evaluation: on MNIST's test part and rubbish.
        on_scans: on the same digits as scans have them.
        history: one entry an epoch; empty for a model that was trained elsewhere.
        facts: metrics and comparisons, to be kept in report.json.
    """
    folder.mkdir(parents=True)
    measured = {"evaluation": evaluation.model_dump(), "on_scans": on_scans.model_dump()}
    figures = measured | {"history": list(history), **facts}
    (folder / "report.json").write_text(json.dumps(figures, indent=1))
    draw_confusion(evaluation.confusion, folder / "confusion.png")
    draw_accept_curve(evaluation.accept_curve, folder / "accept.png")
    draw_reliability(on_scans.reliability, folder / "reliability.png")
    if history:
        draw_training(history, folder / "training.png")
    return folder
