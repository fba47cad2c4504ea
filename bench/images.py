"""Digit images as people have them: one PNG a digit, black on white, from MNIST's test part."""

import os
from pathlib import Path

import cv2

from trainer.dataset import load_mnist


def write_images(folder: Path, n: int) -> list[Path]:
    """Write `n` images, each a file of its own."""
    folder.mkdir()
    _, (digits, _) = load_mnist()
    paths = [folder / f"{number:06}.png" for number in range(n)]
    for path, digit in zip(paths, digits[:n], strict=True):
        cv2.imwrite(str(path), 255 - digit)
    return paths


def link_images(images: list[Path], folder: Path, n: int) -> list[Path]:
    """Make `n` files of them, as links, so that many paths cost little disk."""
    folder.mkdir()
    paths = [folder / f"{number:06}.png" for number in range(n)]
    for number, path in enumerate(paths):
        os.link(images[number % len(images)], path)
    return paths
