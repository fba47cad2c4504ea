"""The network: its layers and nothing else."""

from typing import Any

from formdigits.arrays import N_CLASSES
from formdigits.digit_crop import CROP_PX


def build_cnn() -> Any:
    """A `keras.Sequential` from digit crops (n, 28, 28, 1), 0.0 is ink, to eleven probabilities.

    The first layer halves the picture, because a stroke is two to three pixels wide and the layers after it cost a
    quarter of what they would at full size.
    """
    import keras  # noqa: PLC0415 - loads TensorFlow
    from keras import layers  # noqa: PLC0415

    def conv(filters: int, *, size: int = 3, step: int = 1) -> list[Any]:
        return [
            layers.Conv2D(filters, size, strides=step, padding="same", use_bias=False, activation=None),
            layers.BatchNormalization(momentum=0.9),
            layers.Activation("relu"),
        ]

    return keras.Sequential(
        [
            keras.Input((CROP_PX, CROP_PX, 1)),
            *conv(24, size=5, step=2),
            *conv(32),
            *conv(32),
            layers.MaxPooling2D(),
            *conv(64),
            *conv(64),
            layers.MaxPooling2D(),
            layers.Dropout(0.1),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.25),
            layers.Dense(N_CLASSES, activation="softmax"),
        ],
        name="mnist_cnn",
    )
