"""Looks into a Keras `.h5` before anything is built from it: what is in it, and whether to trust it.

A model file is treated as a program from a stranger: Keras has run code from `.h5` files that it was told to load
safely (CVE-2025-9905), and HDF5 itself can name other files on the disk (CVE-2026-1669).  So the file is never given to
`load_model`: its architecture is read here as plain JSON, every class in it must be on a short list, and the caller
builds the network from the checked JSON and loads nothing but weights.
"""

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

import h5py

from formdigits.errors import ModelRefused

MAX_FILE_BYTES = 50_000_000
MAX_WEIGHTS = 10_000_000
INPUT_SHAPES = ((28, 28, 1), (28, 28), (784,))
N_OUTPUTS = (10, 11)

LAYERS = frozenset(
    "InputLayer Conv2D SeparableConv2D DepthwiseConv2D MaxPooling2D AveragePooling2D GlobalAveragePooling2D"
    " GlobalMaxPooling2D ZeroPadding2D Flatten Reshape Dense Dropout SpatialDropout2D BatchNormalization"
    " LayerNormalization Activation ReLU LeakyReLU ELU Softmax".split()
)
PARTS_OF_LAYERS = frozenset(
    "Zeros Ones Constant GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal RandomNormal"
    " RandomUniform TruncatedNormal VarianceScaling Orthogonal L1 L2 L1L2 MaxNorm NonNeg UnitNorm DTypePolicy".split()
)
MODULES = frozenset((None, "keras", "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints"))
ACTIVATIONS = frozenset("linear relu relu6 leaky_relu elu selu gelu silu swish tanh sigmoid softmax".split())

OutputKind = Literal["probabilities", "logits"]


class Architecture(NamedTuple):
    """A network as it is written in its file, checked."""

    config: dict[str, Any]
    """What `keras.Sequential.from_config` takes."""
    input_shape: tuple[int, ...]
    n_outputs: int
    output: OutputKind


def inspect(path: Path) -> Architecture:
    """Read the architecture of a model file without running or building any of it.

    Raises:
        ModelRefused: the file is no model of digits, damaged, too large, or holds something that is not on the list.
    """
    if not path.is_file():
        raise ModelRefused(f"{path.name}: there is no such file")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ModelRefused(f"{path.name}: larger than {MAX_FILE_BYTES // 1_000_000} MB, too large for a digit network")
    try:
        with h5py.File(path, "r") as file:
            _refuse_foreign_storage(file, path.name)
            text = file.attrs.get("model_config")
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise ModelRefused(f"{path.name}: not a complete HDF5 file; save it with model.save('mnist_cnn.h5')") from error
    if text is None:
        raise ModelRefused(f"{path.name}: holds weights alone; save the whole model with model.save('mnist_cnn.h5')")
    return _check(_parse(text, path.name), path.name)


def _refuse_foreign_storage(file: h5py.File, file_name: str) -> None:
    """Refuse links, data that lies in other files, and shapes that would fill the memory."""
    n_weights = 0
    groups = [file]
    while groups:
        group = groups.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ModelRefused(f"{file_name}: holds a link, {name!r}")
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
                continue
            if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
                raise ModelRefused(f"{file_name}: {name!r} is no plain array in this file")
            n_weights += item.size or 0
            if n_weights > MAX_WEIGHTS:
                raise ModelRefused(f"{file_name}: more than {MAX_WEIGHTS:,} weights")


def _parse(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        model = json.loads(text)
    except ValueError as error:
        raise ModelRefused(f"{name}: its architecture is not JSON") from error
    if not isinstance(model, dict) or model.get("class_name") != "Sequential":
        raise ModelRefused(f"{name}: not a keras.Sequential model; only those are served")
    return model


def _check(model: dict[str, Any], name: str) -> Architecture:
    _refuse_unknown_classes(model["config"], name)
    layers = [layer["config"] | {"class_name": layer["class_name"]} for layer in model["config"].get("layers", [])]
    input_shape = _input_shape(model["config"], layers)
    if input_shape not in INPUT_SHAPES:
        raise ModelRefused(f"{name}: takes input of shape {input_shape}; served are {INPUT_SHAPES}")
    dense = [layer["units"] for layer in layers if layer["class_name"] == "Dense"]
    if not dense or dense[-1] not in N_OUTPUTS:
        raise ModelRefused(f"{name}: has {dense[-1] if dense else 'no'} outputs; 10 digits, or 11 with not-a-digit")
    last = layers[-1]
    ends_in = "softmax" if last["class_name"] == "Softmax" else last.get("activation", "linear")
    if ends_in not in ("softmax", "linear"):
        raise ModelRefused(f"{name}: ends in {ends_in}; a digit network ends in softmax or linear")
    return Architecture(model["config"], input_shape, dense[-1], "probabilities" if ends_in == "softmax" else "logits")


def _input_shape(config: dict[str, Any], layers: list[dict[str, Any]]) -> tuple[int, ...] | None:
    first = layers[0] if layers else {}
    shape = first.get("batch_shape") or first.get("batch_input_shape") or config.get("build_input_shape")
    return tuple(shape[1:]) if shape else None


def _refuse_unknown_classes(value: object, name: str) -> None:
    """Walk the architecture and refuse every class, module and activation that is not on the lists above."""
    if isinstance(value, list):
        for item in value:
            _refuse_unknown_classes(item, name)
        return
    if not isinstance(value, dict):
        return
    class_name = value.get("class_name")
    if class_name is not None and class_name not in LAYERS | PARTS_OF_LAYERS:
        raise ModelRefused(f"{name}: has a {class_name} layer, which is not on the list of known layers")
    if value.get("module") not in MODULES or value.get("registered_name") not in (None, class_name):
        raise ModelRefused(f"{name}: {class_name or 'a layer'} comes from {value.get('module')}, not from Keras")
    if isinstance(value.get("activation"), str) and value["activation"] not in ACTIVATIONS:
        raise ModelRefused(f"{name}: unknown activation {value['activation']!r}")
    for item in value.values():
        _refuse_unknown_classes(item, name)
