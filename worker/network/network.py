"""From a checked `.h5` file of Keras to a function from crops to probabilities.

TensorFlow is not needed for that: with the same weights and to the seventh decimal the same results, ONNX Runtime takes
a seventh of the memory, starts in a hundredth of the time, and reads a batch in five sixths of it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import onnxruntime

from formdigits.arrays import CROP_SHAPE, DigitBatch, Probabilities
from formdigits.errors import ModelRefused
from formdigits.model_file import Architecture, inspect
from formdigits.model_version import Manifest
from worker.network.graph import Graph
from worker.network.layers import LAYERS, activate

ERRORS_ONLY = 3


class Network:
    """One function from crops to probabilities, shape (n, 28, 28, 1) to (n, `n_classes`)."""

    def __init__(self, h5: Path, manifest: Manifest, *, n_threads: int) -> None:
        """Build it.

        Args:
            h5: of a model version.
            manifest: of the same.
            n_threads: that compute; 0 for one a core.

        Raises:
            ModelRefused: the file is damaged, foreign, or has a layer in a way that is not known.
        """
        architecture = inspect(h5)
        try:
            model = as_onnx(h5, architecture, manifest)
            self._session = onnxruntime.InferenceSession(model, _options(n_threads), ["CPUExecutionProvider"])
        except Exception as error:  # whatever a strange file leads to, the version before goes on
            raise ModelRefused(f"{manifest.version}: its network cannot be built: {error}") from error

    def __call__(self, crops: DigitBatch) -> Probabilities:
        found: Probabilities = self._session.run(None, {"crops": crops})[0]
        return found


def as_onnx(h5: Path, architecture: Architecture, manifest: Manifest) -> bytes:
    """The network as an ONNX model, from crops to probabilities."""
    return _graph(architecture, manifest, _weights(h5)).serialised()


def _options(n_threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
    options.log_severity_level = ERRORS_ONLY
    return options


def _graph(architecture: Architecture, manifest: Manifest, weights: Mapping[str, list[Any]]) -> Graph:
    graph = Graph(CROP_SHAPE)
    if manifest.polarity != "ink_is_0":
        graph.add("Neg")
        graph.add("Add", graph.constant(np.float32(1)))
    if architecture.input_shape != CROP_SHAPE:
        graph.reshape(architecture.input_shape)
    for layer in architecture.config["layers"]:
        config = layer["config"]
        LAYERS[layer["class_name"]](graph, config, weights.get(config.get("name", ""), []))
    if architecture.output == "logits":
        activate(graph, "softmax")
    return graph


def _weights(h5: Path) -> dict[str, list[npt.NDArray[np.float32]]]:
    """The weights of each layer, by its name, in the order in which Keras made them."""
    with h5py.File(h5, "r") as file:
        groups = file["model_weights"]
        return {
            name: [group[weight][()].astype(np.float32) for weight in group.attrs.get("weight_names", ())]
            for name, group in groups.items()
        }
