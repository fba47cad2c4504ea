"""Networks, built and compiled: that takes half a second, so one that no version uses any more is used again."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from formdigits.arrays import DigitBatch
from formdigits.digit_crop import CROP_PX
from formdigits.errors import ModelRefused
from formdigits.model_file import Architecture
from formdigits.model_version import Manifest

BATCH_SIZES = (1, 8, 32, 64, 128, 256)
"""Batches are filled up to one of these, so that few shapes are ever compiled and kept."""

_unused: dict[str, list["Network"]] = defaultdict(list)


class Network:
    """One function from crops to probabilities, shape (n, 28, 28, 1) to (n, `n_classes`), with weights to be loaded."""

    def __init__(self, architecture: Architecture, manifest: Manifest) -> None:
        self.kind = kind_of(architecture, manifest)
        self._layers = layers = keras.Sequential.from_config(architecture.config)
        layers.build((None, *architecture.input_shape))

        @tf.function(input_signature=[tf.TensorSpec((None, CROP_PX, CROP_PX, 1), tf.float32)])
        def infer(crops: tf.Tensor) -> tf.Tensor:
            seen = crops if manifest.polarity == "ink_is_0" else 1.0 - crops
            outputs = layers(tf.reshape(seen, (-1, *architecture.input_shape)), training=False)
            return outputs if architecture.output == "probabilities" else tf.nn.softmax(outputs)

        self._infer = infer
        for size in BATCH_SIZES:
            infer(np.ones((size, CROP_PX, CROP_PX, 1), np.float32))

    def __call__(self, crops: DigitBatch) -> tf.Tensor:
        return self._infer(crops)

    def load_weights(self, h5: Path) -> None:
        """Take the weights of a version in place of those that are there."""
        self._layers.load_weights(h5)


def network_for(architecture: Architecture, manifest: Manifest) -> Network:
    """A network that nobody reads with, of this architecture."""
    unused = _unused[kind_of(architecture, manifest)]
    try:
        return unused.pop() if unused else Network(architecture, manifest)
    except Exception as error:  # whatever Keras makes of a damaged file, the old model goes on
        raise ModelRefused(f"{manifest.version}: its architecture cannot be built") from error


def give_back(network: Network) -> None:
    """Say that nobody reads with a network any more."""
    _unused[network.kind].append(network)


def kind_of(architecture: Architecture, manifest: Manifest) -> str:
    """What two versions have in common when one network can serve both; the names of layers do not matter."""
    what = without_names(architecture.config), architecture.input_shape, architecture.output, manifest.polarity
    return json.dumps(what, sort_keys=True)


def without_names(config: Any) -> Any:
    """An architecture but for what its layers are called."""
    if isinstance(config, dict):
        return {key: without_names(value) for key, value in config.items() if key != "name"}
    return [without_names(one) for one in config] if isinstance(config, list) else config
