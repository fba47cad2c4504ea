"""A graph of ONNX that grows at its end, one operator after the other."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
"""Version of the operators; the first that has Gelu."""
IR_VERSION = 10

N_AXES_OF_A_PICTURE = 3


class Graph:
    """What was said so far, and what the last operator gives."""

    def __init__(self, input_shape: tuple[int, ...]) -> None:
        """Begin with an input of this shape, the number of crops before it."""
        self._input = helper.make_tensor_value_info("crops", TensorProto.FLOAT, ["n", *input_shape])
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._channels_first = False
        self.now = "crops"
        """Name of what the last operator gives."""
        self.shape = input_shape
        """Of that for one crop, in Keras's order: height, width, channels."""

    def add(self, operator: str, *inputs: str, **attributes: Any) -> None:
        """Apply an operator to what there is now, and to other inputs after it."""
        given = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, [self.now, *inputs], [given], **attributes))
        self.now = given

    def constant(self, values: npt.ArrayLike) -> str:
        """The name of an array that stands in the graph."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values).reshape(np.shape(values)), name))
        return name

    def per_channel(self, values: npt.NDArray[np.float32]) -> str:
        """The name of an array with one value a channel, so shaped that it meets the channels."""
        return self.constant(values.reshape(-1, 1, 1) if self._channels_first else values)

    @property
    def channel_axis(self) -> int:
        return 1 if self._channels_first else -1

    def as_picture(self) -> None:
        """Have the channels first."""
        if len(self.shape) != N_AXES_OF_A_PICTURE:
            raise ValueError(f"a picture was expected, and not the shape {self.shape}")
        if not self._channels_first:
            self.add("Transpose", perm=[0, 3, 1, 2])
            self._channels_first = True

    def as_values(self) -> None:
        """Have the values in Keras's order."""
        if self._channels_first:
            self.add("Transpose", perm=[0, 2, 3, 1])
            self._channels_first = False

    def reshape(self, shape: tuple[int, ...]) -> None:
        """Give what there is another shape, without a look at the order of a picture's values."""
        self.add("Reshape", self.constant(np.array([-1, *shape], np.int64)))
        self._channels_first, self.shape = False, shape

    def slid(self, padding: str, size: list[int], strides: list[int], *, channels: int) -> None:
        """Note the shape that sliding a window over a picture leaves."""
        sides = zip(self.shape[:2], size, strides, strict=True)
        covered = [side if padding == "same" else side - reach + 1 for side, reach, _ in sides]
        height, width = (math.ceil(side / step) for side, step in zip(covered, strides, strict=True))
        self.shape = (height, width, channels)

    def serialised(self) -> bytes:
        """The graph as an ONNX model whose output is what there is now."""
        self.as_values()
        output = helper.make_tensor_value_info(self.now, TensorProto.FLOAT, ["n", *self.shape])
        graph = helper.make_graph(self._nodes, "digits", [self._input], [output], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
