"""What each layer of Keras is in ONNX.  A layer that says something that is not known here is refused.

Keras keeps the channels of a picture last and ONNX keeps them first: pictures have their channels first from one layer
to the next, and are turned where a layer looks at the order of their values.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from worker.network.graph import Graph

Config = dict[str, Any]
Weights = list[npt.NDArray[np.float32]]
Layer = Callable[[Graph, Config, Weights], None]
PLAIN_ACTIVATIONS = {
    "relu": "Relu",
    "selu": "Selu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "gelu": "Gelu",
    "elu": "Elu",
}


def activate(graph: Graph, name: str) -> None:
    """Apply an activation by its Keras name."""
    if name in PLAIN_ACTIVATIONS:
        graph.add(PLAIN_ACTIVATIONS[name])
    elif name == "leaky_relu":
        graph.add("LeakyRelu", alpha=0.2)
    elif name == "relu6":
        graph.add("Clip", graph.constant(np.float32(0)), graph.constant(np.float32(6)))
    elif name in ("silu", "swish"):
        before = graph.now
        graph.add("Sigmoid")
        graph.add("Mul", before)
    elif name == "softmax":
        graph.add("Softmax", axis=graph.channel_axis)
    elif name != "linear":
        raise ValueError(f"activation {name!r}")


def convolve(graph: Graph, config: Config, kernel: npt.NDArray[np.float32], *, groups: int) -> None:
    """Convolve a picture.

    Args:
        graph: so far.
        config: of the layer.
        kernel: shape (filters, channels of a group, height, width).
        groups: of channels.
    """
    _refuse(config, data_format=("channels_last", None))
    graph.as_picture()
    strides, dilations = list(config.get("strides", (1, 1))), list(config.get("dilation_rate") or (1, 1))
    graph.add(
        "Conv", graph.constant(kernel), strides=strides, dilations=dilations, group=groups, auto_pad=_padding(config)
    )
    reach = [dilation * (size - 1) + 1 for dilation, size in zip(dilations, kernel.shape[2:], strict=True)]
    graph.slid(config["padding"], reach, strides, channels=kernel.shape[0])


def conv(graph: Graph, config: Config, weights: Weights) -> None:
    """Conv2D: kernel (height, width, in, out)."""
    convolve(graph, config, weights[0].transpose(3, 2, 0, 1), groups=config.get("groups", 1))
    _finish(graph, config, weights[1:])


def depthwise_conv(graph: Graph, config: Config, weights: Weights) -> None:
    """DepthwiseConv2D: kernel (height, width, in, multiplier)."""
    convolve(graph, config, _depthwise(weights[0]), groups=weights[0].shape[2])
    _finish(graph, config, weights[1:])


def separable_conv(graph: Graph, config: Config, weights: Weights) -> None:
    """SeparableConv2D: a depthwise kernel and a pointwise one."""
    convolve(graph, config, _depthwise(weights[0]), groups=weights[0].shape[2])
    pointwise = {"padding": "valid", "strides": (1, 1), "dilation_rate": (1, 1)}
    convolve(graph, pointwise, weights[1].transpose(3, 2, 0, 1), groups=1)
    _finish(graph, config, weights[2:])


def dense(graph: Graph, config: Config, weights: Weights) -> None:
    """Dense: kernel (in, out), over the last axis."""
    graph.as_values()
    graph.add("MatMul", graph.constant(weights[0]))
    graph.shape = (*graph.shape[:-1], weights[0].shape[1])
    _finish(graph, config, weights[1:])


def pool(operator: str) -> Layer:
    """MaxPooling2D or AveragePooling2D."""

    def add(graph: Graph, config: Config, _: Weights) -> None:
        _refuse(config, data_format=("channels_last", None))
        graph.as_picture()
        size, strides = list(config["pool_size"]), list(config.get("strides") or config["pool_size"])
        graph.add(operator, kernel_shape=size, strides=strides, auto_pad=_padding(config))
        graph.slid(config["padding"], size, strides, channels=graph.shape[-1])

    return add


def pool_all(operator: str) -> Layer:
    """GlobalMaxPooling2D or GlobalAveragePooling2D."""

    def add(graph: Graph, config: Config, _: Weights) -> None:
        _refuse(config, data_format=("channels_last", None), keepdims=(False, None))
        graph.as_picture()
        graph.add(operator)
        graph.reshape(graph.shape[-1:])

    return add


def pad(graph: Graph, config: Config, _: Weights) -> None:
    """ZeroPadding2D."""
    _refuse(config, data_format=("channels_last", None))
    graph.as_picture()
    (top, bottom), (left, right) = config["padding"]
    graph.add("Pad", graph.constant(np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)))
    height, width, channels = graph.shape
    graph.shape = (height + top + bottom, width + left + right, channels)


def flatten(graph: Graph, config: Config, _: Weights) -> None:
    """Flatten, in Keras's order."""
    _refuse(config, data_format=("channels_last", None))
    graph.as_values()
    graph.reshape((int(np.prod(graph.shape)),))


def reshape(graph: Graph, config: Config, _: Weights) -> None:
    """Reshape, in Keras's order."""
    graph.as_values()
    n, wanted = int(np.prod(graph.shape)), list(config["target_shape"])
    known = int(np.prod([size for size in wanted if size != -1]))
    graph.reshape(tuple(n // known if size == -1 else size for size in wanted))


def batch_normalization(graph: Graph, config: Config, weights: Weights) -> None:
    """BatchNormalization over the channels."""
    _refuse(config, axis=(-1, [-1], len(graph.shape), [len(graph.shape)]))
    rest = list(weights)
    ones = np.ones(graph.shape[-1:], np.float32)
    scale = rest.pop(0) if config.get("scale", True) else ones
    shift = rest.pop(0) if config.get("center", True) else 0 * ones
    if len(graph.shape) > 1:
        graph.as_picture()
    values = (graph.constant(array) for array in (scale, shift, *rest))
    graph.add("BatchNormalization", *values, epsilon=float(config["epsilon"]))


def layer_normalization(graph: Graph, config: Config, weights: Weights) -> None:
    """LayerNormalization over the last axis."""
    _refuse(config, axis=(-1, [-1], len(graph.shape), [len(graph.shape)]), rms_scaling=(False, None))
    graph.as_values()
    rest = list(weights)
    ones = np.ones(graph.shape[-1:], np.float32)
    scale = rest.pop(0) if config.get("scale", True) else ones
    shift = rest.pop(0) if config.get("center", True) else 0 * ones
    graph.add(
        "LayerNormalization", graph.constant(scale), graph.constant(shift), axis=-1, epsilon=float(config["epsilon"])
    )


def relu(graph: Graph, config: Config, _: Weights) -> None:
    """ReLU, with its slope below zero and its ceiling."""
    _refuse(config, threshold=(0, None))
    graph.add("LeakyRelu", alpha=float(config.get("negative_slope") or 0.0))
    if config.get("max_value") is not None:
        graph.add("Min", graph.constant(np.float32(config["max_value"])))


def leaky_relu(graph: Graph, config: Config, _: Weights) -> None:
    """LeakyReLU."""
    graph.add("LeakyRelu", alpha=float(config["negative_slope"]))


def elu(graph: Graph, config: Config, _: Weights) -> None:
    """ELU."""
    graph.add("Elu", alpha=float(config["alpha"]))


def activation(graph: Graph, config: Config, _: Weights) -> None:
    """Activation, by its name."""
    activate(graph, config["activation"])


def softmax(graph: Graph, config: Config, _: Weights) -> None:
    """Softmax over the last axis."""
    _refuse(config, axis=(-1,))
    activate(graph, "softmax")


def nothing(_: Graph, __: Config, ___: Weights) -> None:
    """What does nothing when it does not learn."""


LAYERS: dict[str, Layer] = {
    "InputLayer": nothing,
    "Dropout": nothing,
    "SpatialDropout2D": nothing,
    "Conv2D": conv,
    "DepthwiseConv2D": depthwise_conv,
    "SeparableConv2D": separable_conv,
    "Dense": dense,
    "MaxPooling2D": pool("MaxPool"),
    "AveragePooling2D": pool("AveragePool"),
    "GlobalMaxPooling2D": pool_all("GlobalMaxPool"),
    "GlobalAveragePooling2D": pool_all("GlobalAveragePool"),
    "ZeroPadding2D": pad,
    "Flatten": flatten,
    "Reshape": reshape,
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ELU": elu,
    "Softmax": softmax,
}


def _finish(graph: Graph, config: Config, bias: Weights) -> None:
    if bias:
        graph.add("Add", graph.per_channel(bias[0]))
    activate(graph, config.get("activation") or "linear")


def _depthwise(kernel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(height, width, in, multiplier) to (in x multiplier, 1, height, width)."""
    height, width = kernel.shape[:2]
    return kernel.transpose(2, 3, 0, 1).reshape(-1, 1, height, width)


def _padding(config: Config) -> str:
    return {"same": "SAME_UPPER", "valid": "VALID"}[config["padding"]]


def _refuse(config: Config, **known: tuple[object, ...]) -> None:
    """Raise ValueError where the layer says something else than what is known."""
    for key, values in known.items():
        if config.get(key, values[0]) not in values:
            raise ValueError(f"{key} of {config[key]!r}")
