"""The ways to compute the network, each loaded as its own documentation says."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.network.files import INT8, LITERT, ONNX, keras_network
from formdigits.arrays import DigitBatch, Probabilities

Compute = Callable[[DigitBatch], Probabilities]


class Runtime(NamedTuple):
    """One way."""

    name: str
    load: Callable[[Path, int], Compute]
    """From the folder of the files and the number of threads."""
    packages: tuple[str, ...]
    """What is installed for it, with everything that these need."""


def tf_function(_: Path, n_threads: int, *, compiled: bool = False) -> Compute:
    """TensorFlow, traced once for all sizes of a batch; compiled, once for each size."""
    import tensorflow as tf  # noqa: PLC0415 TensorFlow is slow to load

    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    network = keras_network()
    shape = None if compiled else [tf.TensorSpec([None, *network.input_shape[1:]], tf.float32)]
    call = tf.function(lambda crops: network(crops, training=False), input_signature=shape, jit_compile=compiled)
    return lambda crops: np.asarray(call(tf.constant(crops)))


def xla(folder: Path, n_threads: int) -> Compute:
    """The same through XLA."""
    return tf_function(folder, n_threads, compiled=True)


def litert(folder: Path, n_threads: int) -> Compute:
    """LiteRT, which takes XNNPACK where it can."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 it is there where runtimes are measured

    interpreter = Interpreter(model_path=str(folder / LITERT), num_threads=n_threads)
    [given], [found] = interpreter.get_input_details(), interpreter.get_output_details()
    sizes: list[int] = []

    def compute(crops: DigitBatch) -> Probabilities:
        if sizes != [len(crops)]:
            interpreter.resize_tensor_input(given["index"], crops.shape)
            interpreter.allocate_tensors()
            sizes[:] = [len(crops)]
        interpreter.set_tensor(given["index"], crops)
        interpreter.invoke()
        probabilities: Probabilities = interpreter.get_tensor(found["index"])
        return probabilities

    return compute


def onnx_runtime(folder: Path, n_threads: int, file: str = ONNX) -> Compute:
    """ONNX Runtime, with the options that a worker gives it."""
    import onnxruntime  # noqa: PLC0415 each runtime is loaded alone

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
    session = onnxruntime.InferenceSession(str(folder / file), options, ["CPUExecutionProvider"])

    def compute(crops: DigitBatch) -> Probabilities:
        probabilities: Probabilities = session.run(None, {"crops": crops})[0]
        return probabilities

    return compute


def onnx_int8(folder: Path, n_threads: int) -> Compute:
    """The same in 8 bits."""
    return onnx_runtime(folder, n_threads, INT8)


RUNTIMES = {
    "fp32": Runtime("ONNX Runtime, as served", onnx_runtime, ("onnxruntime", "onnx")),
    "int8": Runtime("ONNX Runtime, 8 bits", onnx_int8, ("onnxruntime", "onnx")),
    "litert": Runtime("LiteRT with XNNPACK", litert, ("ai-edge-litert",)),
    "tf": Runtime("TensorFlow, tf.function", tf_function, ("tensorflow",)),
    "xla": Runtime("TensorFlow, XLA", xla, ("tensorflow",)),
}
"""By name; the first is what the others are compared with."""
