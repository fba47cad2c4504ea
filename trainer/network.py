"""The network: its layers and nothing else."""

from typing import Any

from formdigits.arrays import N_CLASSES
from formdigits.digit_crop import CROP_PX


def build_cnn() -> Any:
    """A `keras.Sequential` from digit crops (n, 28, 28, 1), 0.0 is ink, to eleven probabilities.

    The first layer is halved before its activation, because a stroke is two to three pixels wide and everything after
    it costs a quarter of what it would at full size.
    """
    import keras  # noqa: PLC0415 - loads TensorFlow
    from keras import layers  # noqa: PLC0415

    def conv(filters: int) -> list[Any]:
        return [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.Activation("relu"),
        ]

    return keras.Sequential(
        [
            keras.Input((CROP_PX, CROP_PX, 1)),
            layers.Conv2D(16, 5, padding="same", use_bias=False),
            layers.MaxPooling2D(),
            layers.BatchNormalization(momentum=0.95),
            layers.Activation("relu"),
            *conv(32),
            *conv(32),
            layers.MaxPooling2D(),
            *conv(64),
            *conv(64),
            layers.MaxPooling2D(padding="same"),
            *conv(64),
            layers.Dropout(0.15),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(N_CLASSES, activation="softmax"),
        ],
        name="mnist_cnn",
    )
