"""Training for real, on little: these load TensorFlow."""

import json

import numpy as np
import pytest

from formdigits.arrays import NOT_A_DIGIT
from formdigits.messages import Recipe
from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE, read_golden
from trainer import dataset as digits
from trainer.progress import Cancelled, Epoch

pytestmark = [
    pytest.mark.keras,
    pytest.mark.usefixtures("little_mnist"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras, on NumPy 2
]

SMALL = Recipe(epochs=1, n_digits=1000, batch_size=64, validation_split=0.02)

UNTRAINED = Epoch(1, 2.4, 0.1, 2.4, 0.1)


def never():
    return False


def always():
    return True


@pytest.fixture
def small_dataset(little_mnist):
    return digits.prepare(validation_split=0.02, n_digits=1000, seed=1)


def fitted(dataset, recipe, *, on_epoch=lambda _: None, is_cancelled=never):
    from trainer.fitting import fit, make_repeatable
    from trainer.network import build_cnn

    make_repeatable(recipe.seed)
    network = build_cnn()
    return network, fit(network, dataset, recipe, on_epoch=on_epoch, is_cancelled=is_cancelled)


def test_the_network_is_small_and_gives_eleven_probabilities():
    from trainer.network import build_cnn

    network = build_cnn()

    outputs = network.predict_on_batch(np.ones((3, 28, 28, 1), np.float32))
    assert outputs.shape == (3, 11)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, atol=1e-5)
    assert 100_000 <= network.count_params() <= 250_000


def test_no_augmentation_at_all_leaves_the_crops_as_they_are(small_dataset):
    from trainer.augmentation import augment

    crops = small_dataset.held_out.batch[:32]

    np.testing.assert_allclose(augment(crops, [1, 2], 0.0), crops, atol=1e-5)


def test_the_same_seed_changes_crops_in_the_same_way_and_another_one_does_not(small_dataset):
    from trainer.augmentation import augment

    crops = small_dataset.held_out.batch[:32]

    changed = np.asarray(augment(crops, [1, 2], 1.0))

    np.testing.assert_array_equal(changed, augment(crops, [1, 2], 1.0))
    assert (changed != np.asarray(augment(crops, [1, 3], 1.0))).any(axis=(1, 2, 3)).all()


def test_what_moves_into_a_crop_from_outside_is_paper():
    from trainer.augmentation import Chance, moved

    no_ink = np.zeros((64, 28, 28, 1), np.float32)

    assert np.asarray(moved(no_ink, Chance(np.array([1, 2]), 64), 1.0)).max() == 0


def test_a_training_learns_reports_its_epochs_and_can_be_repeated(small_dataset):
    told = []
    once, history = fitted(small_dataset, SMALL.model_copy(update={"epochs": 2}), on_epoch=told.append)

    again, _ = fitted(small_dataset, SMALL.model_copy(update={"epochs": 2}))

    assert told == history
    assert [epoch.number for epoch in history] == [1, 2]
    assert history[1].loss < history[0].loss
    for one, other in zip(once.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_training_ends_where_it_gets_no_better_and_keeps_the_averaged_weights_of_its_best_epoch(small_dataset):
    from trainer.fitting import LEAST_PATIENCE
    from trainer.scoring import Scorer

    digits, rubbish = small_dataset.held_out, small_dataset.held_out_rubbish
    misled = small_dataset._replace(
        held_out=digits._replace(labels=np.full_like(digits.labels, NOT_A_DIGIT)),
        held_out_rubbish=rubbish._replace(labels=np.full_like(rubbish.labels, 5)),
    )

    network, history = fitted(misled, SMALL.model_copy(update={"epochs": 12}))

    best = max(history, key=lambda epoch: epoch.val_accuracy)
    crops = misled.validation
    found = Scorer(network).raw(crops.batch)[np.arange(len(crops.labels)), crops.labels]
    assert len(history) == best.number + LEAST_PATIENCE < 12
    assert -np.log(found).mean() == pytest.approx(best.val_loss, rel=1e-3)


def test_a_training_that_is_cancelled_stops_within_its_epoch(small_dataset):
    told = []

    with pytest.raises(Cancelled):
        fitted(small_dataset, SMALL, on_epoch=told.append, is_cancelled=lambda: True)

    assert told == []


def test_a_retrain_publishes_a_version_that_reads_back_as_it_was_trained(tmp_path):
    from trainer.retraining import retrain
    from trainer.scoring import load_scorer

    models = ModelStore(tmp_path / "models")

    trained = retrain(SMALL, models=models, on_epoch=lambda _: None, is_cancelled=never, may_promote=always)

    manifest, folder = models.manifest(trained.version), models.folder(trained.version)
    crops, probabilities = read_golden(folder)
    assert models.current() == trained.version
    assert manifest.lineage["recipe"] == SMALL.model_dump(mode="json")
    assert len(manifest.lineage["mnist_sha256"]) == 64
    assert {file.name for file in (folder / "report").iterdir()} == {
        "training.png",
        "confusion.png",
        "accept.png",
        "reliability.png",
        "report.json",
    }
    assert json.loads((folder / "report" / "report.json").read_text())["metrics"] == trained.metrics
    np.testing.assert_allclose(
        load_scorer(folder / MODEL_FILE, polarity="ink_is_0").raw(crops), probabilities, atol=1e-4
    )


def test_a_worse_candidate_is_kept_back_and_the_current_model_stays(tmp_path, monkeypatch):
    from trainer import retraining

    models = ModelStore(tmp_path / "models")
    models.seed()
    shipped = models.current()
    monkeypatch.setattr(retraining, "fit", lambda *_, **__: [UNTRAINED])  # the network stays as ignorant as it was born

    trained = retraining.retrain(SMALL, models=models, on_epoch=lambda _: None, is_cancelled=never, may_promote=always)

    assert not trained.promoted
    assert models.current() == shipped
    assert trained.message.startswith("kept as a candidate: digits read right")


def test_a_retrain_that_is_cancelled_after_its_last_epoch_publishes_nothing(tmp_path, monkeypatch):
    from trainer import retraining

    models = ModelStore(tmp_path / "models")
    monkeypatch.setattr(retraining, "fit", lambda *_, **__: [UNTRAINED])

    with pytest.raises(Cancelled):
        retraining.retrain(SMALL, models=models, on_epoch=lambda _: None, is_cancelled=lambda: True, may_promote=never)

    assert models.versions() == []
