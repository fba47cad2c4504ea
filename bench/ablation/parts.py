"""What can be left out of the recipe, and of reading by it, one thing a function.

Each replaces something in a module, in the process of one training, and nothing of it is in the product.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from formdigits import views
from formdigits.digit_crop import normalise
from trainer import augmentation, dataset, fitting, rubbish

CONSTANT_RATE = 1e-3
"""What Adam is used with where nobody thinks about it."""

Tensor = Any


class Unbent(augmentation.Chance):
    """Chance without bending: the fields of random numbers are all 0."""

    def __init__(self, chance: augmentation.Chance) -> None:
        super().__init__(chance.seed, chance.n)

    def normal(self, deviation: float, *shape: int) -> Tensor:
        return 0.0 * super().normal(deviation, *shape)


def as_it_is(ink: Tensor, _chance: augmentation.Chance, _strength: Tensor) -> Tensor:
    """Change nothing."""
    return ink


def everything() -> None:
    """Leave nothing out."""


def without_bending() -> None:
    """Keep the strokes straight."""
    moved = augmentation.moved
    augmentation.moved = lambda ink, chance, strength: moved(ink, Unbent(chance), strength)


def without_moving() -> None:
    """Leave them where and as they are."""
    augmentation.moved = as_it_is


def without_pens() -> None:
    """Write with one pen."""
    augmentation.with_pen = as_it_is


def without_remnants() -> None:
    """Have clean boxes."""
    augmentation.with_remnants = as_it_is


def without_light() -> None:
    """Have good scans."""
    augmentation.scanned = as_it_is


def without_scan_path() -> None:
    """Have as many crops, all of them plain."""
    dataset.scan = lambda image, _rng: normalise(255 - image)


def without_hands() -> None:
    """Learn from one country alone."""
    dataset.other_hands = lambda images, labels, **_: (images[:0], labels[:0])


def without_strokes() -> None:
    """Learn from nobody who is not in MNIST."""
    dataset.STROKES_SHARE = 0.0


def without_rubbish() -> None:
    """Show it nothing but digits."""
    dataset.RUBBISH_SHARE = 0.0


def without_letters() -> None:
    """Show it no letters."""
    shares = np.array([
        0.0 if kind is rubbish.written_letter else share
        for kind, share in zip(rubbish.KINDS, rubbish.SHARES, strict=True)
    ])  # fmt: skip
    rubbish.SHARES = tuple(shares / shares.sum())


def without_average() -> None:
    """Take the last weights."""
    fitting.momentum = lambda _n_steps: 0.0


def without_schedule() -> None:
    """Learn at one rate."""
    fitting.learning_rate = lambda _n_steps: CONSTANT_RATE


def without_weak_end() -> None:
    """Go on with full changes."""
    fitting.FULL_STRENGTH = 1.0


def without_views() -> None:
    """Look once at what it is unsure of."""
    views.SURE = 0.0


PARTS: dict[str, Callable[[], None]] = {
    "everything": everything,
    "bending": without_bending,
    "turning, slant, scale and bending": without_moving,
    "pens": without_pens,
    "remnants of boxes": without_remnants,
    "light, blur and noise": without_light,
    "pen and scanner before normalising": without_scan_path,
    "flagged 1 and crossed 7": without_hands,
    "digits written stroke by stroke": without_strokes,
    "rubbish": without_rubbish,
    "letters": without_letters,
    "moving average of the weights": without_average,
    "schedule of the learning rate": without_schedule,
    "weaker changes at the end": without_weak_end,
    "further views of unsure crops": without_views,
}
"""What is left out, by name."""
