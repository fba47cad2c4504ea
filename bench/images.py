"""What is read in a bench: digit images as people have them, one PNG a digit, and pages of a form."""

import os
from collections.abc import Sequence
from pathlib import Path

import cv2

from formdigits.form_template import FormShelf
from samples.draw import fill_pages
from trainer.dataset import load_mnist

FORM = "water-meter-card"
IN_ONE_FOLDER = 100_000


def write_images(folder: Path, n: int) -> list[Path]:
    """Write `n` images of MNIST's test part, black on white, each a file of its own."""
    folder.mkdir()
    _, (digits, _) = load_mnist()
    paths = [folder / f"{number:07}.png" for number in range(n)]
    for path, digit in zip(paths, digits[:n], strict=True):
        cv2.imwrite(str(path), 255 - digit)
    return paths


def link_images(images: Sequence[Path], folder: Path, n: int) -> None:
    """Make `n` files of them, as links in folders of their own, so that many paths cost little disk."""
    sources = [str(image) for image in images]
    for number in range(n):
        part = f"{folder}/{number // IN_ONE_FOLDER:03}"
        if number % IN_ONE_FOLDER == 0:
            os.makedirs(part)  # noqa: PTH103 a million Path objects would take longer than the links
        os.link(sources[number % len(sources)], f"{part}/{number:07}.png")


def write_pages(folder: Path, n: int) -> list[Path]:
    """Draw `n` filled pages of a form, as a scanner gives them."""
    fill_pages(folder, FormShelf([]).get(FORM), n, seed=2026)
    return sorted(path for path in folder.iterdir() if path.suffix != ".json")
