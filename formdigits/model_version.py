"""One model version: the files in its folder, and whether they are what was published."""

import hashlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.calibration import Calibration
from formdigits.errors import ModelRefused

MODEL_FILE = "mnist_cnn.h5"
MANIFEST_FILE = "manifest.json"
GOLDEN_FILE = "golden.npz"
DEFAULT_MODEL = Path(__file__).parent / "default_model"
"""The version that ships with formdigits."""


class ManifestDraft(BaseModel):
    """What the maker of a model says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_classes: int
    input_shape: tuple[int, ...]
    polarity: Literal["ink_is_0", "ink_is_1"]
    output: Literal["probabilities", "logits"]
    crop_version: int
    calibration: Calibration
    metrics: dict[str, float]
    lineage: dict[str, Any]
    note: str = ""


class Manifest(ManifestDraft):
    """A draft, and what publishing added."""

    format: Literal[1] = 1
    version: str
    created_at: str
    sha256: str


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest in a version's folder."""
    try:
        return parse_manifest(folder.name, (folder / MANIFEST_FILE).read_bytes())
    except OSError as error:
        raise ModelRefused(f"{folder.name}: its manifest is missing") from error


def parse_manifest(version: str, data: bytes) -> Manifest:
    """Make sense of what stands in a manifest."""
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        raise ModelRefused(f"{version}: its manifest is damaged") from error


def verify(folder: Path) -> Manifest:
    """Read the manifest of a version and check its model file against it."""
    manifest = read_manifest(folder)
    try:
        h5 = (folder / MODEL_FILE).read_bytes()
    except OSError as error:
        raise ModelRefused(f"{folder.name}: its {MODEL_FILE} cannot be read") from error
    check(folder.name, h5, manifest)
    return manifest


def check(version: str, h5: bytes, manifest: Manifest) -> None:
    """Check that a model file is the one that the manifest is of."""
    if hashlib.sha256(h5).hexdigest() != manifest.sha256:
        raise ModelRefused(f"{version}: its {MODEL_FILE} is not the file that was published (sha256 differs)")


def read_golden(folder: Path) -> tuple[DigitBatch, Probabilities]:
    """The golden crops of a version, and the probabilities that its maker got for them."""
    try:
        with np.load(folder / GOLDEN_FILE, allow_pickle=False) as golden:
            return golden["crops"], golden["probabilities"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelRefused(f"{folder.name}: its golden batch is missing or damaged") from error


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
