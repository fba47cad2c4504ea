"""The digits to learn from: MNIST's train part, every crop made as the worker makes it, and what is held out of it."""

import hashlib
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import NOT_A_DIGIT, DigitBatch, DigitCrop
from formdigits.digit_crop import CROP_PX, normalise
from trainer.hands import other_hands
from trainer.rubbish import draw_rubbish
from trainer.scan_path import scan
from trainer.strokes import write_digits

MNIST_FILE = Path(__file__).parent / "data" / "mnist.npz"
N_FROZEN = 5000
"""Digits of the train part that no recipe may train on: candidates are measured on them against the current model."""
N_RUBBISH_HELD_OUT = 1000
HELD_OUT_SEED = 20261123
"""Fixes which digits are held out and which rubbish goes with them, whatever the seed of a recipe is."""
RUBBISH_SHARE = 0.26
"""Crops of the eleventh class for every digit of MNIST in training."""
STROKES_SHARE = 0.1
"""Digits written stroke by stroke for every digit of MNIST in training."""

Images = npt.NDArray[np.uint8]
"""Shape (n, 28, 28), 255 is ink, as MNIST has it."""
Labels = npt.NDArray[np.int64]
"""Shape (n,), 0 to 9, or 10 for not a digit."""
Part = tuple[Images, Labels]


class Crops(NamedTuple):
    """Digit crops and what they show."""

    pixels: npt.NDArray[np.uint8]
    """Shape (n, 28, 28, 1), 0 is ink and 255 is paper: a quarter of the memory of a `DigitBatch`."""
    labels: Labels

    @property
    def batch(self) -> DigitBatch:
        """The same crops as the network sees them."""
        return self.pixels.astype(np.float32) / np.float32(255)

    def take(self, rows: npt.NDArray[np.intp] | slice) -> "Crops":
        return Crops(self.pixels[rows], self.labels[rows])

    def joined(self, other: "Crops") -> "Crops":
        return Crops(np.concatenate([self.pixels, other.pixels]), np.concatenate([self.labels, other.labels]))


class Dataset(NamedTuple):
    """What one training uses."""

    train: Crops
    """Digits and rubbish to fit on."""
    held_out: Crops
    """Digits that are not trained on; the first `N_FROZEN` are the same for every recipe."""
    held_out_rubbish: Crops
    """Drawn from a seed that no training uses, the same for every recipe."""

    @property
    def validation(self) -> Crops:
        return self.held_out.joined(self.held_out_rubbish)

    @property
    def frozen(self) -> Crops:
        return self.held_out.take(slice(N_FROZEN))


def load_mnist() -> tuple[Part, Part]:
    """The train and the test part, laid out as `tf.keras.datasets.mnist.load_data()` gives them."""
    if not MNIST_FILE.exists():
        import keras  # noqa: PLC0415 - loads TensorFlow, and only where the shipped file is missing

        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    else:
        with np.load(MNIST_FILE, allow_pickle=False) as arrays:
            x_train, y_train, x_test, y_test = (arrays[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    return (x_train, y_train.astype(np.int64)), (x_test, y_test.astype(np.int64))


def mnist_sha256() -> str:
    """Names the very digits that a version was trained on; empty where Keras fetched them."""
    return hashlib.sha256(MNIST_FILE.read_bytes()).hexdigest() if MNIST_FILE.exists() else ""


def crops_of(images: Images, labels: Labels) -> Crops:
    """Make the crops of MNIST images, leaving out what has no ink.

    Args:
        images: shape (n, h, w), 255 is ink; they are turned to black on white first.
        labels: shape (n,).
    """
    return stacked([(normalise(255 - image), label) for image, label in zip(images, labels, strict=True)])


def rubbish_crops(n: int, digits: Part, *, seed: int) -> Crops:
    """Draw `n` crops of the eleventh class; some are made of digits."""
    pixels = draw_rubbish(n, *digits, seed=seed)
    return Crops(pixels, np.full(n, NOT_A_DIGIT, np.int64))


def prepare(*, validation_split: float, n_digits: int | None, seed: int) -> Dataset:
    """Split MNIST's train part, and add other hands, scans and rubbish.

    Args:
        validation_split: share of the digits to hold out; never fewer than `N_FROZEN` digits are.
        n_digits: train on this many digits only; None: on all that are not held out.
        seed: of what is added to train on.
    """
    (images, labels), _ = load_mnist()
    order = np.random.default_rng(HELD_OUT_SEED).permutation(len(images))
    n_held_out = max(N_FROZEN, round(validation_split * len(images)))
    held_out, rest = order[:n_held_out], order[n_held_out:][:n_digits]
    frozen = order[:N_FROZEN]
    rubbish = rubbish_crops(round(RUBBISH_SHARE * len(rest)), (images[rest], labels[rest]), seed=seed)
    return Dataset(
        train=written_and_scanned((images[rest], labels[rest]), seed=seed).joined(rubbish),
        held_out=crops_of(images[held_out], labels[held_out]),
        held_out_rubbish=rubbish_crops(N_RUBBISH_HELD_OUT, (images[frozen], labels[frozen]), seed=HELD_OUT_SEED),
    )


def written_and_scanned(digits: Part, *, seed: int) -> Crops:
    """Digits of MNIST, of other hands and of drawn strokes, each as it is and once more as pen and scanner leave it."""
    strokes, drawn = write_digits(round(STROKES_SHARE * len(digits[1])), seed=seed)
    hands = other_hands(*digits, seed=seed)
    rng = np.random.default_rng(seed)
    sources = (digits, hands, (np.array([255 - cell for cell in strokes]), drawn))
    plain = [crops_of(*source) for source in sources]
    scanned = [scanned_crops(source, rng) for source in sources]
    return reduce(Crops.joined, [*plain, *scanned])


def scanned_crops(digits: Part, rng: np.random.Generator) -> Crops:
    """Make the crops of images that went through a pen and a scanner, leaving out what got lost on the way."""
    return stacked([(scan(image, rng), label) for image, label in zip(*digits, strict=True)])


def stacked(made: Sequence[tuple[DigitCrop | None, int]]) -> Crops:
    """Crops and labels as arrays, without those that have no ink."""
    inked = [(crop, label) for crop, label in made if crop is not None]
    pixels = np.array([np.rint(crop * 255) for crop, _ in inked], np.uint8).reshape(-1, CROP_PX, CROP_PX, 1)
    return Crops(pixels, np.array([label for _, label in inked], np.int64))
