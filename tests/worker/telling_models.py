"""Networks that say one digit whatever they see: which version made a reading shows in the reading itself."""

import shutil

import h5py
import numpy as np

from formdigits.arrays import N_CLASSES
from formdigits.digit_crop import CROP_VERSION
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, read_golden, read_manifest
from tests.fakes import MANIFEST_DRAFT

CROPS = read_golden(DEFAULT_MODEL)[0]


def publish(store, folder, digit, *, golden_digit=None):
    """Publish a version that reads everything as `digit`; another golden digit makes one that fails its self-test."""
    h5 = folder / f"{digit}.h5"
    shutil.copyfile(DEFAULT_MODEL / MODEL_FILE, h5)
    with h5py.File(h5, "r+") as file:
        arrays = []
        file["model_weights"].visititems(
            lambda name, item: (
                arrays.append(item) if isinstance(item, h5py.Dataset) and item.shape[-1] == N_CLASSES else None
            )
        )
        for array in arrays:
            array[...] = 0 if array.ndim > 1 else certain(digit)
    golden = np.tile(softmax(certain(digit if golden_digit is None else golden_digit)), (len(CROPS), 1))
    draft = MANIFEST_DRAFT.model_copy(
        update={"crop_version": CROP_VERSION, "calibration": read_manifest(DEFAULT_MODEL).calibration}
    )
    return store.publish(h5, draft=draft, golden_crops=CROPS, golden_probabilities=golden).version


def certain(digit):
    """What the last layer adds where it is sure of a digit."""
    return np.where(np.arange(N_CLASSES) == digit, 10, 0).astype(np.float32)


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum()
