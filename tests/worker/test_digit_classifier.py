"""The network in service, with the real one: what it is fed, what it is given to serve, what it refuses."""

import shutil

import numpy as np
import pytest

from formdigits.digit_crop import normalise
from formdigits.errors import ModelRefused
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, Manifest, read_manifest, sha256_of
from trainer.dataset import load_mnist

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def digits():
    _, (images, labels) = load_mnist()
    return np.stack([normalise(255 - image) for image in images[:300]]), labels[:300]


@pytest.fixture
def copied(tmp_path):
    """A version folder that a test may damage; `changed` writes a manifest that fits the file again."""
    folder = tmp_path / "20260101T000000000Z-00000000"
    shutil.copytree(DEFAULT_MODEL, folder)

    def changed(**values):
        manifest = read_manifest(folder).model_dump() | {"sha256": sha256_of(folder / MODEL_FILE)} | values
        (folder / "manifest.json").write_text(Manifest(**manifest).model_dump_json())

    return folder, changed


def load(folder):
    from worker.digit_classifier import DigitClassifier

    return DigitClassifier(folder)


def test_the_shipped_model_reads_mnist(shipped, digits):
    crops, labels = digits

    probabilities = shipped.predict(crops)

    assert probabilities.shape == (300, 11)
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.98


@pytest.mark.parametrize("n", [0, 1, 2, 9, 100, 257])
def test_a_batch_of_any_size_reads_as_its_digits_do_alone(shipped, digits, n):
    crops = digits[0][:n]

    together = shipped.predict(crops)

    assert together.shape == (n, 11)
    np.testing.assert_allclose(together.sum(axis=1), np.ones(n), atol=1e-5)
    if n:
        np.testing.assert_allclose(together[-1], shipped.predict(crops[-1:])[0], atol=1e-4)


def test_a_truncated_file_is_refused_by_its_checksum(copied):
    folder, _ = copied
    h5 = folder / MODEL_FILE
    h5.write_bytes(h5.read_bytes()[:-100])

    with pytest.raises(ModelRefused, match="sha256"):
        load(folder)


def test_a_file_that_is_no_model_is_refused_even_when_its_checksum_is_right(copied):
    folder, changed = copied
    (folder / MODEL_FILE).write_bytes(b"not a model")
    changed()

    with pytest.raises(ModelRefused, match="HDF5"):
        load(folder)


def test_weights_that_are_not_the_golden_ones_are_refused(copied):
    import h5py

    folder, changed = copied
    with h5py.File(folder / MODEL_FILE, "r+") as file:
        kernels = []
        file["model_weights"].visititems(
            lambda _, item: kernels.append(item) if isinstance(item, h5py.Dataset) and item.ndim > 1 else None
        )
        kernels[-1][...] = np.nan
    changed()

    with pytest.raises(ModelRefused, match="golden"):
        load(folder)


def test_a_model_for_other_crops_is_refused(copied):
    folder, changed = copied
    changed(crop_version=999)

    with pytest.raises(ModelRefused, match="retrain"):
        load(folder)


def test_a_missing_golden_batch_is_refused(copied):
    folder, _ = copied
    (folder / "golden.npz").unlink()

    with pytest.raises(ModelRefused, match="golden"):
        load(folder)
