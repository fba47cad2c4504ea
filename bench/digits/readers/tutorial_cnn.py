"""The network of Keras's own example "Simple MNIST convnet", trained as it says there: two convolutions, 15 epochs."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.digits.readers.answer import Answer, best_digits, by_cell
from bench.digits.readers.crops import crops_of, train_part
from formdigits.arrays import CROP_SHAPE, GreyPage

N_TRAIN, EPOCHS, BATCH, SEED = 60_000, 15, 128, 2026


class TutorialCnn:
    """Trained once, and kept in the folder of the run."""

    name = "the network of Keras's example"
    at_most = 10_000

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"tutorial-{SEED}-{EPOCHS}.keras"

    @cached_property
    def _network(self) -> Any:
        import keras  # noqa: PLC0415 TensorFlow is slow to load

        if not self._file.exists():
            trained().save(self._file)
        return keras.models.load_model(self._file)

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """As tutorials call it."""
        return best_digits(self._network.predict(1 - crops_of(cells), verbose=0))

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """Box by box."""
        return by_cell(self, fields)


def trained() -> Any:
    """Build and train it."""
    import keras  # noqa: PLC0415
    from keras import layers  # noqa: PLC0415

    keras.utils.set_random_seed(SEED)
    network = keras.Sequential(
        [
            keras.Input(CROP_SHAPE),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    crops, labels = train_part(N_TRAIN)
    network.fit(1 - crops, labels, batch_size=BATCH, epochs=EPOCHS, validation_split=0.1, verbose=2)
    return network
