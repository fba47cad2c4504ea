"""Makes of the shipped `mnist_cnn.h5` what each runtime loads, in a process of its own: TensorFlow is in it."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.digits.readers.crops import crops_of, train_part
from bench.digits.run import digits
from formdigits.model_file import inspect
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, verify
from worker.network import as_onnx

ONNX, INT8, LITERT, CROPS = "network.onnx", "int8.onnx", "network.tflite", "crops.npz"
N_CALIBRATION, AT_ONCE = 1000, 100


def make_files(folder: Path) -> None:
    """Write everything into the folder."""
    manifest = verify(DEFAULT_MODEL)
    h5 = DEFAULT_MODEL / MODEL_FILE
    (folder / ONNX).write_bytes(as_onnx(h5, inspect(h5), manifest))
    quantise(folder)
    (folder / LITERT).write_bytes(as_litert())
    np.savez(folder / CROPS, crops=crops_of(255 - image for image in digits().images), labels=digits().labels)


def quantise(folder: Path) -> None:
    """Weights and what flows between layers in 8 bits, with ranges seen on crops of MNIST's train part."""
    from onnxruntime import quantization  # noqa: PLC0415 half a second
    from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: PLC0415

    class Seen(quantization.CalibrationDataReader):  # type: ignore[misc]
        """Crops, a batch at a time."""

        def __init__(self) -> None:
            crops, _ = train_part(N_CALIBRATION)
            self._left = iter([crops[start : start + AT_ONCE] for start in range(0, len(crops), AT_ONCE)])

        def get_next(self) -> dict[str, Any] | None:
            """The next batch; None after the last."""
            batch = next(self._left, None)
            return None if batch is None else {"crops": batch}

    fused = str(folder / "fused.onnx")
    quant_pre_process(str(folder / ONNX), fused, skip_symbolic_shape=True)
    quantization.quantize_static(
        fused,
        str(folder / INT8),
        Seen(),
        nodes_to_exclude=last_nodes(fused),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
    )
    assert all_convolutions_are_quantised(folder / INT8)


def last_nodes(file: str) -> list[str]:
    """The last dense layer and its softmax, which stay in 32 bits: probabilities in steps of 1/256 tie with each other.

    They would also end at 0.996, and no strict error budget could be kept.  The nodes of the file are named here: nodes
    are left out by name, and these have none.
    """
    import onnx  # noqa: PLC0415

    model = onnx.load(file)
    for number, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{number}"
    onnx.save(model, file)
    dense = [node.name for node in model.graph.node if node.op_type in ("Gemm", "MatMul")]
    return [dense[-1], *(node.name for node in model.graph.node if node.op_type == "Softmax")]


def all_convolutions_are_quantised(file: Path) -> bool:
    """Whether what every convolution takes was in 8 bits right before."""
    import onnx  # noqa: PLC0415

    nodes = onnx.load(file).graph.node
    from_8_bits = {name for node in nodes if node.op_type == "DequantizeLinear" for name in node.output}
    return all(set(node.input[:2]) <= from_8_bits for node in nodes if node.op_type == "Conv")


def keras_network() -> Any:
    """The network as Keras has it."""
    from trainer.scoring import load_scorer  # noqa: PLC0415 TensorFlow is slow to load

    manifest = verify(DEFAULT_MODEL)
    assert manifest.polarity == "ink_is_0", manifest.polarity
    return load_scorer(DEFAULT_MODEL / MODEL_FILE, polarity=manifest.polarity).network


def as_litert() -> bytes:
    """The network as a file of LiteRT."""
    import tensorflow as tf  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="formdigits-") as folder:
        keras_network().export(folder, verbose=False)
        converted: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return converted


if __name__ == "__main__":
    make_files(Path(sys.argv[1]))
