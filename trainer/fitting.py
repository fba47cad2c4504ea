"""Fits the network on the dataset, epoch by epoch, and stops between two batches when it is told to."""

import time
from typing import Any

import keras
import tensorflow as tf

from formdigits.arrays import N_CLASSES
from formdigits.messages import Recipe
from trainer.augmentation import augment
from trainer.dataset import Crops, Dataset
from trainer.progress import Cancelled, Epoch, IsCancelled, OnEpoch

TOP_LEARNING_RATE = 4e-3
WARM_UP = 0.25
"""Share of the steps in which the learning rate rises; then it falls along a cosine."""
FULL_STRENGTH = 0.8
"""Share of the steps with full augmentation; the last ones are weaker, so that the network ends near real digits.  With
fewer of those more is read wrong, and with more of them it comes to be too sure of that."""
WEAK = 0.25
ASK_EVERY_S = 2.0
"""How often cancelling is asked about within an epoch; the lease is renewed by the same call."""
PATIENCE = 1 / 3
"""Training ends where no more of what is held out was read right for this share of the epochs ..."""
LEAST_PATIENCE = 5
"""... and for no fewer of them."""
AVERAGED = 1 / 20
"""Share of the steps that the moving average of the weights looks back on, in a short training."""
LONGEST_MOMENTUM = 0.999


def fit(
    network: Any,
    dataset: Dataset,
    recipe: Recipe,
    *,
    on_epoch: OnEpoch,
    is_cancelled: IsCancelled,
) -> list[Epoch]:
    """Train the network in place; it ends with the moving average of its weights, as of the epoch with the best one.

    The best one reads most of what is held out right.  The loss on it would choose an epoch from before the learning
    rate has come down, by chance: 40 epochs that were taken back to it read 0.4 % of MNIST's test part wrong.
    The same recipe on the same dataset ends in the same weights on the same kind of machine.

    Raises:
        Cancelled: as soon as `is_cancelled` says so.
    """
    steps = max(1, len(dataset.train.labels) // recipe.batch_size)
    n_steps = steps * recipe.epochs
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate(n_steps), use_ema=True, ema_momentum=momentum(n_steps)),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    watch = Watch(on_epoch, is_cancelled)
    network.fit(
        batches(dataset.train, recipe, n_steps),
        epochs=recipe.epochs,
        steps_per_epoch=steps,
        validation_data=plain_batches(dataset.validation),
        callbacks=[Averaged(swap_on_epoch=True), best_epoch(recipe.epochs), watch],
        shuffle=False,
        verbose=0,
    )
    return watch.epochs


class Averaged(keras.callbacks.SwapEMAWeights):  # type: ignore[misc]
    """The moving average is in the network from the end of an epoch's steps on: it is what is measured and kept."""

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        """Leave it in until the next epoch begins."""


def best_epoch(n_epochs: int) -> Any:
    """Ends the training where it gets no better, and takes the network back to its best epoch."""
    patience = max(LEAST_PATIENCE, round(PATIENCE * n_epochs))
    return keras.callbacks.EarlyStopping("val_accuracy", mode="max", patience=patience, restore_best_weights=True)


def make_repeatable(seed: int) -> None:
    """From here on the same calls give the same numbers; call it before the network is built."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def learning_rate(n_steps: int) -> Any:
    """Up for a quarter of the steps, then down along a cosine."""
    n_rising = max(1, round(WARM_UP * n_steps))
    return keras.optimizers.schedules.CosineDecay(
        TOP_LEARNING_RATE / 20,
        decay_steps=max(1, n_steps - n_rising),
        alpha=0.002,
        warmup_target=TOP_LEARNING_RATE,
        warmup_steps=n_rising,
    )


def momentum(n_steps: int) -> float:
    """Of the moving average: it looks back on a twentieth of the steps, but on no more than a thousand."""
    return min(LONGEST_MOMENTUM, 1 - 1 / max(1.0, AVERAGED * n_steps))


def batches(crops: Crops, recipe: Recipe, n_steps: int) -> Any:
    """Endless shuffled and augmented batches, as a `tf.data.Dataset` of (crops, one-hot labels)."""

    def prepared(step: Any, batch: tuple[Any, Any]) -> tuple[Any, Any]:
        pixels, labels = batch
        strength = tf.where(tf.cast(step, tf.float32) < FULL_STRENGTH * n_steps, 1.0, WEAK)
        seed = tf.stack([tf.constant(recipe.seed, tf.int64), step])
        return augment(tf.cast(pixels, tf.float32) / 255.0, seed, strength), tf.one_hot(labels, N_CLASSES)

    return (
        tf.data.Dataset.from_tensor_slices((crops.pixels, crops.labels))
        .shuffle(len(crops.labels), seed=recipe.seed)
        .repeat()
        .batch(recipe.batch_size, drop_remainder=True)
        .enumerate()
        .map(prepared, num_parallel_calls=2, deterministic=True)
        .prefetch(4)
    )


def plain_batches(crops: Crops) -> Any:
    """Every crop once, as it is."""

    def prepared(pixels: Any, labels: Any) -> tuple[Any, Any]:
        return tf.cast(pixels, tf.float32) / 255.0, tf.one_hot(labels, N_CLASSES)

    return tf.data.Dataset.from_tensor_slices((crops.pixels, crops.labels)).batch(512).map(prepared).prefetch(2)


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports every epoch, and asks every few seconds within it whether to go on."""

    def __init__(self, on_epoch: OnEpoch, is_cancelled: IsCancelled) -> None:
        super().__init__()
        self.on_epoch, self.is_cancelled = on_epoch, is_cancelled
        self.epochs: list[Epoch] = []
        self.asked_at = 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 - Keras gives them
        self.ask()

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 - Keras gives them
        self.ask()

    def ask(self) -> None:
        if time.monotonic() - self.asked_at < ASK_EVERY_S:
            return
        self.asked_at = time.monotonic()
        if self.is_cancelled():
            raise Cancelled

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        values = (float(logs.get(name, float("nan"))) for name in ("loss", "accuracy", "val_loss", "val_accuracy"))
        self.epochs.append(Epoch(epoch + 1, *values))
        self.on_epoch(self.epochs[-1])
