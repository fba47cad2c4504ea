"""From a network in a file to a published version: calibrate, examine, compare, report, publish, promote."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from formdigits.arrays import DigitBatch
from formdigits.digit_crop import CROP_VERSION
from formdigits.errors import ModelRefused, NotFound
from formdigits.evaluation import Evaluation
from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE, ManifestDraft
from trainer import dataset as digits
from trainer.dataset import Crops, Dataset
from trainer.examination import (
    Result,
    calibrate,
    examine,
    examine_for_people,
    examine_on_scans,
    frozen_crops,
    rubbish_accepted,
)
from trainer.promotion import Decision, compare
from trainer.report import write_report
from trainer.scoring import Scorer, load_scorer

N_GOLDEN_DIGITS, N_GOLDEN_RUBBISH = 56, 8


class Origin(NamedTuple):
    """Where a network comes from."""

    lineage: dict[str, Any]
    """Everything that is needed to make it again."""
    note: str
    history: Sequence[dict[str, float]] = ()
    """One entry an epoch; empty where it was trained elsewhere."""
    metrics: dict[str, float] = {}  # noqa: RUF012 - never written to


class Published(NamedTuple):
    """A version that is in the store."""

    version: str
    decision: Decision
    metrics: dict[str, float]
    compared_with: str | None
    """The version that was current by then."""


def publish(models: ModelStore, h5: Path, scorer: Scorer, dataset: Dataset, origin: Origin) -> Published:
    """Publish a network as a candidate, with its calibration, golden batch and report; promoting it is the caller's.

    Args:
        models: where to.
        h5: the file that `scorer` was loaded from or saved to.
        scorer: the network.
        dataset: its held-out part calibrates and examines.
        origin: where the network comes from.
    """
    frozen = frozen_crops(dataset)
    result = examine(scorer, frozen)
    compared_with = models.current()
    current = scorer_of(models, compared_with) if compared_with else None
    decision = compare(result, examine(current, frozen) if current else None)
    calibration = calibrate(scorer, dataset)
    test = digits.crops_of(*digits.load_mnist()[1])
    evaluation = examine_for_people(scorer, calibration, test, dataset.held_out_rubbish)
    on_scans = examine_on_scans(scorer, calibration, test, dataset.held_out_rubbish)
    metrics = origin.metrics | measures(scorer, result, evaluation, test, dataset)
    metrics["calibration_error_on_scans"] = on_scans.calibration_error
    golden = golden_crops(dataset)
    draft = ManifestDraft(
        n_classes=scorer.n_classes,
        input_shape=scorer.input_shape,
        polarity=scorer.polarity,
        output=scorer.output,
        crop_version=CROP_VERSION,
        calibration=calibration,
        metrics=metrics,
        lineage=origin.lineage,
        note=origin.note,
    )
    with tempfile.TemporaryDirectory(prefix="formdigits-") as folder:
        facts = {"metrics": metrics, "comparison": list(decision.reasons)}
        report = write_report(
            Path(folder) / "report", evaluation=evaluation, on_scans=on_scans, history=origin.history, facts=facts
        )
        manifest = models.publish(
            h5, draft=draft, golden_crops=golden, golden_probabilities=scorer.raw(golden), report=report
        )
    return Published(manifest.version, decision, metrics, compared_with)


def measures(scorer: Scorer, result: Result, evaluation: Evaluation, test: Crops, dataset: Dataset) -> dict[str, float]:
    """The figures that a manifest carries; shares of 1."""
    return {
        "mnist_test_accuracy": evaluation.accuracy,
        "held_out_accuracy": result.accuracy,
        "worn_accuracy": result.worn_accuracy,
        "accept_rate": evaluation.accept_rate,
        "error_among_accepted": evaluation.error_among_accepted,
        "rubbish_accepted_at_1_percent_reject": rubbish_accepted(scorer, test.batch, dataset.held_out_rubbish.batch),
        "n_parameters": float(scorer.network.count_params()),
    }


def golden_crops(dataset: Dataset) -> DigitBatch:
    """A few digits and some rubbish that every server reads once before it serves; shape (64, 28, 28, 1)."""
    rubbish = dataset.held_out_rubbish.take(slice(N_GOLDEN_RUBBISH))
    return np.concatenate([dataset.held_out.take(slice(N_GOLDEN_DIGITS)).batch, rubbish.batch])


def scorer_of(models: ModelStore, version: str) -> Scorer | None:
    """A version in the store; None where it is damaged, or was made for other crops."""
    try:
        manifest = models.verify(version)
        if manifest.crop_version != CROP_VERSION:
            return None
        return load_scorer(models.folder(version) / MODEL_FILE, polarity=manifest.polarity)
    except (ModelRefused, NotFound):
        return None
