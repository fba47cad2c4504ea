"""Digit crops as scans have them: written with another pen, faint, on grey paper, blurred, noisy, compressed.

A scan wears all its digits alike.  Nothing here is what augments a training, so that a network is examined on scans
that it was not made for.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from simplejpeg import decode_jpeg, encode_jpeg

from formdigits.arrays import GreyPage
from formdigits.digit_crop import normalise

WEAR_VERSION = 1
"""Changes whenever the same seed wears crops otherwise."""
N_SCANS = 16

Rng = np.random.Generator
Pixels = npt.NDArray[np.uint8]
"""Shape (n, 28, 28, 1), 0 is ink and 255 is paper."""


class Worn(NamedTuple):
    """Crops as scans have them."""

    pixels: Pixels
    rows: npt.NDArray[np.intp]
    """Which crop each was made of; where a scan leaves no ink of a crop, there is none."""
    scans: npt.NDArray[np.intp]
    """Which of them were worn alike."""


class Wear(NamedTuple):
    """One hand, one pen, one sheet and one scanner."""

    cell_px: int
    slant: float
    """How far the top leans to the right, as a share of the height."""
    narrow: float
    """Width of the digits, as a share of what it was."""
    pen_px: int
    """Wider by so many pixels of the cell; thinner below 0."""
    ink: float
    """How dark, 0 to 1."""
    paper: float
    """How light, 0 to 1."""
    blur_px: float
    noise: float
    """Deviation, as a share of black to white."""
    quality: int
    """Of the JPEG; 0: it is none."""
    is_black_and_white: bool


def drawn_wears(seed: int, n: int = N_SCANS) -> list[Wear]:
    """The wear of `n` scans, from none to heavy."""
    rng = np.random.default_rng(seed)
    return [_drawn(rng, strength) for strength in np.linspace(0, 1, n)]


def _drawn(rng: Rng, strength: float) -> Wear:
    return Wear(
        cell_px=int(rng.integers(36, 72)),
        slant=strength * rng.uniform(-0.25, 0.25),
        narrow=1 + strength * rng.uniform(-0.25, 0.15),
        pen_px=int(np.rint(strength * rng.uniform(-1.2, 2))),
        ink=1 - strength * rng.uniform(0, 0.6),
        paper=1 - strength * rng.uniform(0, 0.25),
        blur_px=0.4 + strength * rng.uniform(0, 1.2),
        noise=strength * rng.uniform(0, 0.08),
        quality=int(rng.choice([0, 35, 60, 85])),
        is_black_and_white=bool(rng.random() < 0.25),
    )


def worn_ways(pixels: Pixels, *, n_ways: int, seed: int) -> Worn:
    """Wear every crop in so many ways, which spread from light to heavy, and normalise what comes out.

    Args:
        pixels: shape (n, 28, 28, 1), 0 is ink and 255 is paper.
        n_ways: up to `N_SCANS`, a divisor of it.
        seed: the same seed wears alike.
    """
    rng = np.random.default_rng(seed)
    step = N_SCANS // n_ways
    parts = [
        _worn_by(wear, pixels, np.arange(scan % step, len(pixels), step), scan, rng)
        for scan, wear in enumerate(drawn_wears(seed))
    ]
    return Worn(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _worn_by(wear: Wear, pixels: Pixels, rows: npt.NDArray[np.intp], scan: int, rng: Rng) -> Worn:
    made = [(normalise(worn_cell(wear, pixels[row, ..., 0], rng)), row) for row in rows]
    inked = [(np.rint(crop * 255), row) for crop, row in made if crop is not None]
    crops = np.array([crop for crop, _ in inked], np.uint8).reshape(-1, *pixels.shape[1:])
    return Worn(crops, np.array([row for _, row in inked], np.intp), np.full(len(inked), scan))


def worn_cell(wear: Wear, crop: GreyPage, rng: Rng) -> GreyPage:
    """The cell that a crop might have come from, shape (`cell_px`, `cell_px`)."""
    size = wear.cell_px
    scale = size / crop.shape[0]
    turn, slant = rng.normal(0, 0.04), wear.slant + rng.normal(0, 0.03)
    matrix = scale * np.array([[wear.narrow, -slant], [turn, 1.0]])
    shift = size / 2 - matrix @ np.full(2, (crop.shape[0] - 1) / 2)
    cell = cv2.warpAffine(crop, np.column_stack([matrix, shift]), (size, size), flags=cv2.INTER_CUBIC, borderValue=255)
    if wear.pen_px:
        change = cv2.erode if wear.pen_px > 0 else cv2.dilate  # of paper
        cell = change(cell, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (1 + abs(wear.pen_px),) * 2))
    light = wear.paper - wear.ink * wear.paper * (1 - cell.astype(np.float32) / 255)
    light = cv2.GaussianBlur(light, (0, 0), wear.blur_px) + rng.normal(0, wear.noise, light.shape)
    grey = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
    if wear.quality:
        grey = decode_jpeg(encode_jpeg(grey[..., None], wear.quality, "GRAY"), "GRAY")[..., 0]
    if wear.is_black_and_white:
        grey = np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)
    return grey
