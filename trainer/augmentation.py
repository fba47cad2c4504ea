"""Crops as other hands, pens and scanners would have made them, in batches on TensorFlow's own operations.

Geometry alone makes a network worse on faint ink, grey paper and noise, so ink and paper vary as well.  Everything
here works on ink, 1.0 is ink and 0.0 is paper, so that what moves in from outside a crop is paper.
"""

from typing import Any

import tensorflow as tf

from formdigits.digit_crop import CROP_PX

AUGMENTATION_VERSION = 2
"""Changes whenever the same seed makes other crops; kept in the lineage of a model version."""

Tensor = Any


class Chance:
    """Random tensors from one seed, each from a stream of its own."""

    def __init__(self, seed: Tensor, n: Tensor) -> None:
        """`seed` has shape (2,), `n` is the size of the batch."""
        self.seed, self.n, self.drawn = seed, n, 0

    def next_seed(self) -> Tensor:
        self.drawn += 1
        return tf.random.experimental.stateless_fold_in(self.seed, self.drawn)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return tf.random.stateless_uniform((self.n, *shape), self.next_seed(), low, high)

    def normal(self, deviation: float, *shape: int) -> Tensor:
        return tf.random.stateless_normal((self.n, *shape), self.next_seed(), 0.0, deviation)

    def happens(self, probability: float) -> Tensor:
        """1.0 for this share of the batch, else 0.0; shape (n, 1, 1, 1)."""
        return tf.cast(self.uniform(0, 1, 1, 1, 1) < probability, tf.float32)


def augment(crops: Tensor, seed: Tensor, strength: Tensor) -> Tensor:
    """Change every crop of a batch by chance.

    Args:
        crops: shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper.
        seed: shape (2,); the same seed makes the same changes.
        strength: 0.0 changes nothing but by rounding, 1.0 is full.

    Returns:
        As `crops`.
    """
    chance = Chance(seed, tf.shape(crops)[0])
    ink = moved(1.0 - crops, chance, strength)
    ink = with_remnants(ink, chance, strength)
    ink = with_pen(ink, chance, strength)
    return 1.0 - scanned(ink, chance, strength)


def moved(ink: Tensor, chance: Chance, strength: Tensor) -> Tensor:
    """Turn by up to 12 degrees, scale by 0.88 to 1.12, slant, shift by up to 1 px, and bend lightly.

    Every crop is normalised, so scale and place vary no more than stray ink makes them.
    """
    turn, slant = chance.uniform(-0.21, 0.21, 1, 1) * strength, chance.uniform(-0.22, 0.22, 1, 1) * strength
    wider, taller = (1 / (1 + strength * chance.uniform(-0.12, 0.12, 1, 1)) for _ in range(2))
    along = tf.range(CROP_PX, dtype=tf.float32) - (CROP_PX - 1) / 2
    x, y = along[None, None, :], along[None, :, None]
    from_x = wider * (tf.cos(turn) * x - tf.sin(turn) * y) + slant * y + strength * chance.uniform(-1, 1, 1, 1)
    from_y = taller * (tf.sin(turn) * x + tf.cos(turn) * y) + strength * chance.uniform(-1, 1, 1, 1)
    bend = tf.image.resize(chance.normal(0.7, 5, 5, 2), (CROP_PX, CROP_PX), method="bicubic") * strength
    middle = (CROP_PX - 1) / 2
    return sampled(ink, from_x + bend[..., 0] + middle, from_y + bend[..., 1] + middle)


def sampled(ink: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Take the ink at these places, shape (n, 28, 28) each, between pixels linearly; outside is paper."""
    last = CROP_PX + 1.0
    x, y = tf.clip_by_value(x + 1, 0, last - 1e-3), tf.clip_by_value(y + 1, 0, last - 1e-3)
    left, top = tf.floor(x), tf.floor(y)
    part_x, part_y = x - left, y - top
    framed = tf.pad(ink[..., 0], [[0, 0], [1, 1], [1, 1]])
    flat = tf.reshape(framed, (-1, (CROP_PX + 2) ** 2))
    corner = tf.reshape(tf.cast(top * (CROP_PX + 2) + left, tf.int32), (-1, CROP_PX * CROP_PX))

    def at(offset: int) -> Tensor:
        return tf.reshape(tf.gather(flat, corner + offset, batch_dims=1), (-1, CROP_PX, CROP_PX))

    upper = at(0) * (1 - part_x) + at(1) * part_x
    lower = at(CROP_PX + 2) * (1 - part_x) + at(CROP_PX + 3) * part_x
    return (upper * (1 - part_y) + lower * part_y)[..., None]


def with_remnants(ink: Tensor, chance: Chance, strength: Tensor) -> Tensor:
    """Lay over some crops what a box leaves at its edge: bits of its lines, strokes of the neighbour, specks."""
    n_across = tf.range(CROP_PX)
    where = tf.cast(chance.uniform(0, 3, 1, 1), tf.int32)
    side = tf.where(chance.uniform(0, 1, 1, 1) < 0.5, where, CROP_PX - 1 - where)
    row = tf.cast(tf.equal(n_across[None, :, None], side), tf.float32) * tf.ones((1, 1, CROP_PX))
    upright = tf.cast(chance.uniform(0, 1, 1, 1) < 0.5, tf.float32)
    line = row * upright + tf.transpose(row, (0, 2, 1)) * (1 - upright)
    level = chance.uniform(0.3, 1, 1, 1, 1) * chance.happens(0.08) * strength
    ink = tf.maximum(ink, line[..., None] * level)

    neighbour = tf.roll(tf.roll(ink, 1, axis=0), 20, axis=2)
    sliver = tf.cast(n_across < 4, tf.float32)[None, None, :, None]
    ink = tf.maximum(ink, neighbour * sliver * chance.happens(0.06) * strength)

    specks = tf.cast(chance.uniform(0, 1, CROP_PX, CROP_PX, 1) < 0.01, tf.float32)
    return tf.maximum(ink, specks * chance.uniform(0.3, 1, 1, 1, 1) * chance.happens(0.1) * strength)


def with_pen(ink: Tensor, chance: Chance, strength: Tensor) -> Tensor:
    """Write some digits with a thicker pen and some with a thinner one."""
    thick = tf.nn.max_pool2d(ink, 3, 1, "SAME")
    thin = -tf.nn.max_pool2d(-ink, 2, 1, "SAME")
    ink += (thick - ink) * chance.uniform(0.2, 0.9, 1, 1, 1) * chance.happens(0.15) * strength
    return ink + (tf.minimum(thin, ink) - ink) * chance.uniform(0.2, 0.8, 1, 1, 1) * chance.happens(0.15) * strength


def scanned(ink: Tensor, chance: Chance, strength: Tensor) -> Tensor:
    """Blur, fade the ink, grey the paper and add noise, each to some."""
    blurred = tf.nn.avg_pool2d(ink, 3, 1, "SAME")
    ink += (blurred - ink) * chance.uniform(0.2, 1, 1, 1, 1) * chance.happens(0.2) * strength
    ink *= 1 - chance.uniform(0, 0.45, 1, 1, 1) * chance.happens(0.25) * strength
    paper = chance.uniform(0, 0.25, 1, 1, 1) * chance.happens(0.15) * strength
    ink = paper + ink * (1 - paper)
    noise = chance.normal(1, CROP_PX, CROP_PX, 1) * chance.uniform(0, 0.15, 1, 1, 1) * chance.happens(0.15)
    return tf.clip_by_value(ink + noise * strength, 0, 1)
