"""How a new model version comes to be, step by step.  Start here."""

import logging
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import keras

from formdigits.messages import Recipe
from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE
from trainer import dataset as digits
from trainer.augmentation import AUGMENTATION_VERSION
from trainer.fitting import fit, make_repeatable
from trainer.handover import take_over
from trainer.hands import HANDS_VERSION
from trainer.network import build_cnn
from trainer.progress import Cancelled, IsCancelled, MayPromote, OnEpoch
from trainer.rubbish import RUBBISH_VERSION
from trainer.scan_path import SCAN_PATH_VERSION
from trainer.scoring import Scorer
from trainer.strokes import STROKES_VERSION
from trainer.version import Origin, publish
from trainer.wear import WEAR_VERSION

logging.getLogger("absl").setLevel(logging.ERROR)  # Keras would rather write .keras files; ours is .h5 by name


class Retrained(NamedTuple):
    """What came of a training."""

    version: str
    promoted: bool
    message: str
    metrics: dict[str, float]


def retrain(
    recipe: Recipe, *, models: ModelStore, on_epoch: OnEpoch, is_cancelled: IsCancelled, may_promote: MayPromote
) -> Retrained:
    """Train a network, publish it, and promote it where it is no worse than the current model.

    Args:
        recipe: how to train.
        models: where the version goes, and where the current model is.
        on_epoch: told about every epoch when it ends.
        is_cancelled: asked every few seconds.
        may_promote: asked once, right before the version becomes current.

    Raises:
        Cancelled: nothing is published.
    """
    started = time.monotonic()
    make_repeatable(recipe.seed)
    dataset = digits.prepare(validation_split=recipe.validation_split, n_digits=recipe.n_digits, seed=recipe.seed)
    network = build_cnn()
    history = fit(network, dataset, recipe, on_epoch=on_epoch, is_cancelled=is_cancelled)
    best = max(history, key=lambda epoch: epoch.val_accuracy)
    origin = Origin(
        lineage=lineage(recipe),
        note=f"epoch {best.number} of {len(history)} on {len(dataset.train.labels):,} crops",
        history=[epoch._asdict() for epoch in history],
        metrics={"training_s": round(time.monotonic() - started, 1)},
    )
    with tempfile.TemporaryDirectory(prefix="formdigits-") as folder:
        h5 = Path(folder) / MODEL_FILE
        network.save(h5, include_optimizer=False)
        if is_cancelled():
            raise Cancelled
        version, decision, metrics, compared_with = publish(models, h5, Scorer(network), dataset, origin)
    if not decision.promote:
        return Retrained(version, promoted=False, message=decision.message, metrics=metrics)
    hindrance = take_over(models, version, compared_with=compared_with, may_promote=may_promote)
    message = f"kept as a candidate: {hindrance}" if hindrance else decision.message
    return Retrained(version, promoted=hindrance is None, message=message, metrics=metrics)


def lineage(recipe: Recipe) -> dict[str, object]:
    """Everything that is needed to train the same version again."""
    return {
        "recipe": recipe.model_dump(mode="json"),
        "mnist_sha256": digits.mnist_sha256(),
        "held_out_seed": digits.HELD_OUT_SEED,
        "rubbish_version": RUBBISH_VERSION,
        "hands_version": HANDS_VERSION,
        "strokes_version": STROKES_VERSION,
        "scan_path_version": SCAN_PATH_VERSION,
        "augmentation_version": AUGMENTATION_VERSION,
        "wear_version": WEAR_VERSION,
        "keras": keras.__version__,
    }
