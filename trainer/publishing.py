"""Brings in a model file that was trained elsewhere, the tutorial network for example."""

import shutil
import tempfile
from pathlib import Path

from formdigits.arrays import N_CLASSES
from formdigits.errors import ModelRefused
from formdigits.evaluation import share
from formdigits.model_file import inspect
from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE, sha256_of
from trainer import dataset as digits
from trainer.scoring import Polarity, Scorer, load_scorer
from trainer.version import Origin, Published, publish

LEAST_ACCURACY = 0.9
"""A network that reads fewer of the held-out digits was trained for something else."""
N_PROBE = 2000
POLARITIES: tuple[Polarity, ...] = ("ink_is_0", "ink_is_1")


def publish_file(file: Path, models: ModelStore, *, promote: bool) -> Published:
    """Publish an `.h5` with ten or eleven outputs.

    Args:
        file: as `model.save("mnist_cnn.h5")` writes it.
        models: where to.
        promote: make it current at once; the comparison with the current model is only reported.

    Raises:
        ModelRefused: it is damaged, holds unknown layers, or reads too few digits in either polarity.
    """
    inspect(file)  # a sentence about a missing or foreign file, before TensorFlow is loaded
    dataset = digits.prepare(validation_split=0.02, n_digits=0, seed=digits.HELD_OUT_SEED)
    with tempfile.TemporaryDirectory(prefix="formdigits-") as folder:
        h5 = Path(shutil.copyfile(file, Path(folder) / MODEL_FILE))  # what is checked is what is published
        scorer = with_best_polarity(load_named(h5, file.name), dataset.held_out, file.name)
        origin = Origin(lineage={"file": file.name, "file_sha256": sha256_of(h5)}, note=note(scorer, file.name))
        published = publish(models, h5, scorer, dataset, origin)
    if promote:
        models.promote(published.version)
    return published


def load_named(h5: Path, name: str) -> Scorer:
    """Load the copy of a file; what is wrong with it is said under the name that the person knows."""
    try:
        return load_scorer(h5, polarity=POLARITIES[0])
    except ModelRefused as error:
        raise ModelRefused(str(error).replace(h5.name, name, 1)) from error


def with_best_polarity(scorer: Scorer, held_out: digits.Crops, name: str) -> Scorer:
    """Try black on white and white on black, and keep what reads more digits."""
    probe = held_out.take(slice(N_PROBE))
    tried = [scorer._replace(polarity=polarity) for polarity in POLARITIES]
    accuracies = [share(one(probe.batch).argmax(axis=1) == probe.labels) for one in tried]
    best = max(range(len(tried)), key=accuracies.__getitem__)
    if accuracies[best] < LEAST_ACCURACY:
        raise ModelRefused(
            f"{name}: reads {accuracies[best]:.1%} of {len(probe.labels):,} held-out digits, in either"
            f" polarity; at least {LEAST_ACCURACY:.0%} are needed.  Was it trained on MNIST, scaled to 0 to 1?"
        )
    return tried[best]


def note(scorer: Scorer, name: str) -> str:
    """What people should know of such a version."""
    if scorer.n_classes == N_CLASSES:
        return f"published from {name}"
    return f"published from {name}; its ten outputs cannot say that something is no digit"
