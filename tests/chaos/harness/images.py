"""Digit images for jobs: few files, and as many pages as a test wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from formdigits.digit_crop import normalise, paper_is_light
from formdigits.model_version import DEFAULT_MODEL
from formdigits.scan import decode
from tests.chaos.harness.light_network import LightNetwork
from tests.chaos.harness.manifest import Manifest
from trainer.dataset import load_mnist
from worker.decision import read_cells


@dataclass(frozen=True)
class Images:
    """Files with a digit each, and what must be read on them."""

    folder: Path
    paths: Sequence[str]
    texts: Mapping[str, str]

    def job(self, n: int, *, failures: Mapping[str, str | None] | None = None, at: int = 0) -> Manifest:
        """A job of `n` pages, the images over and over; paths that must fail come in from page `at` + 1 on."""
        failures = failures or {}
        pages = list(islice(cycle(self.paths), n - len(failures)))
        return Manifest([*pages[:at], *failures, *pages[at:]], self.texts, failures)

    def without_texts(self) -> "Images":
        """The same for another network than the light one."""
        return replace(self, texts={})

    def with_trap(self, trap: bytes, name: str) -> str:
        """Path of a new image that springs a trap in the process that decodes it."""
        path = self.folder / name
        path.write_bytes(Path(self.paths[0]).read_bytes() + trap)
        return str(path)


def draw_digits(folder: Path, n: int = 200) -> Images:
    """Write some of MNIST's test part as files, dark ink on white paper."""
    _, (digits, _) = load_mnist()
    folder.mkdir(parents=True, exist_ok=True)
    paths = [str(folder / f"{number:04}.png") for number in range(n)]
    for path, digit in zip(paths, digits, strict=False):
        cv2.imwrite(path, 255 - digit)
    return Images(folder, paths, light_readings(paths))


def light_readings(paths: Sequence[str]) -> dict[str, str]:
    """What the light network reads on each image: a page with another text was given another page's reading."""
    network = LightNetwork(DEFAULT_MODEL)
    crops = [normalise(paper_is_light(decode(Path(path).read_bytes()))) for path in paths]
    assert all(crop is not None for crop in crops), "an image without ink tells little"
    read = read_cells(network.predict(np.stack(crops)))
    return {path: cell.character for path, cell in zip(paths, read, strict=True)}
