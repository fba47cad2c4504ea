"""Runs a network on digit crops, whatever polarity, input shape and kind of output it was trained with."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from formdigits.arrays import CROP_SHAPE, N_CLASSES, DigitBatch, Probabilities
from formdigits.errors import ModelRefused
from formdigits.model_file import OutputKind, inspect
from formdigits.views import read_in_views

Polarity = Literal["ink_is_0", "ink_is_1"]
BATCH = 512


class Scorer(NamedTuple):
    """A network and how to feed it."""

    network: Any
    input_shape: tuple[int, ...] = CROP_SHAPE
    n_classes: int = N_CLASSES
    polarity: Polarity = "ink_is_0"
    output: OutputKind = "probabilities"

    def raw(self, crops: DigitBatch) -> Probabilities:
        """What the network itself says, as probabilities.

        Args:
            crops: shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper.

        Returns:
            Shape (n, `n_classes`), not calibrated.
        """
        seen = crops if self.polarity == "ink_is_0" else 1 - crops
        batches = [self._outputs(seen[start : start + BATCH]) for start in range(0, len(seen), BATCH)]
        outputs = np.concatenate(batches) if batches else np.zeros((0, self.n_classes), np.float32)
        return outputs if self.output == "probabilities" else softmax(outputs)

    def __call__(self, crops: DigitBatch) -> Probabilities:
        """As a worker reads them but for the calibration; shape (n, 11).

        Unsure crops are read from several views.  A network with ten outputs gets a column of zeros for "not a digit".
        """
        raw = read_in_views(crops, self.raw)
        return np.pad(raw, ((0, 0), (0, N_CLASSES - raw.shape[1])))

    def _outputs(self, seen: DigitBatch) -> Probabilities:
        """One call of the network, filled up to `BATCH` crops so that only one shape is ever compiled."""
        full = np.zeros((BATCH, *CROP_SHAPE), np.float32)
        full[: len(seen)] = seen
        return np.asarray(self.network.predict_on_batch(full.reshape(-1, *self.input_shape)))[: len(seen)]


def softmax(logits: Probabilities) -> Probabilities:
    """Logits of shape (n, k) to probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Probabilities = raised / raised.sum(axis=1, keepdims=True)
    return shares


def load_scorer(h5: Path, *, polarity: Polarity) -> Scorer:
    """Build a network from its checked architecture and load nothing but its weights.

    Raises:
        ModelRefused: the file is damaged, or holds something that is not on the list of known layers.
    """
    import keras  # noqa: PLC0415 - loads TensorFlow

    architecture = inspect(h5)
    try:
        network = keras.Sequential.from_config(architecture.config)
        network.build((None, *architecture.input_shape))
        network.load_weights(h5)
    except Exception as error:  # whatever Keras makes of a damaged file
        raise ModelRefused(f"{h5.name}: its weights do not fit its architecture") from error
    return Scorer(network, architecture.input_shape, architecture.n_outputs, polarity, architecture.output)
