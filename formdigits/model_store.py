"""Model versions on disk: published once and never changed, one of them current.

models/versions/<utc>-<sha8>/{mnist_cnn.h5, manifest.json, golden.npz, report/}
models/current.json      the pointer, and the versions that were current before
models/mnist_cnn.h5      an atomically replaced copy of the current one, for other programs
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.errors import BadRequest, NotFound
from formdigits.model_version import (
    DEFAULT_MODEL,
    MODEL_FILE,
    Manifest,
    ManifestDraft,
    read_manifest,
    sha256_of,
    verify,
)

KEPT_IN_HISTORY = 100


class Pointer(BaseModel):
    """Which version is current; `before` holds the ones that were, the latest last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    before: tuple[str, ...] = ()
    moved_at: str


class ModelStore:
    """The versions under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def publish(
        self,
        h5: Path,
        *,
        draft: ManifestDraft,
        golden_crops: DigitBatch,
        golden_probabilities: Probabilities,
        report: Path | None = None,
    ) -> Manifest:
        """Add a version.  It is written aside and renamed, so that a version is either whole or not there.

        Args:
            h5: the network, as Keras saves it.
            draft: what it is.
            golden_crops: a few crops that every server of this version reads once before it serves.
            golden_probabilities: what the maker got for them, shape (n, `n_classes`), before calibration.
            report: folder with pictures and figures to keep beside it.
        """
        now = datetime.now(UTC)
        sha256 = sha256_of(h5)
        manifest = Manifest(
            **dict(draft),
            version=f"{now:%Y%m%dT%H%M%S%f}"[:-3] + f"Z-{sha256[:8]}",
            created_at=now.isoformat(timespec="seconds"),
            sha256=sha256,
        )
        with self._written_aside(manifest.version) as aside:
            shutil.copyfile(h5, aside / MODEL_FILE)
            np.savez_compressed(aside / "golden.npz", crops=golden_crops, probabilities=golden_probabilities)
            (aside / "manifest.json").write_text(manifest.model_dump_json(indent=1))
            if report is not None:
                shutil.copytree(report, aside / "report")
        return manifest

    def promote(self, version: str) -> None:
        """Make a version current; running workers pick it up."""
        self.verify(version)
        with self._locked():
            pointer = self._pointer()
            if pointer is None:
                self._point_to(version, ())
            elif pointer.version != version:
                self._point_to(version, (*pointer.before, pointer.version)[-KEPT_IN_HISTORY:])

    def roll_back(self) -> str:
        """Make the version current that was so before this one, and return it."""
        with self._locked():
            pointer = self._pointer()
            if pointer is None or not pointer.before:
                raise BadRequest("there is no earlier model version to roll back to")
            self.verify(pointer.before[-1])
            self._point_to(pointer.before[-1], pointer.before[:-1])
            return pointer.before[-1]

    def current(self) -> str | None:
        """The version in service; None in an empty store."""
        pointer = self._pointer()
        return pointer.version if pointer else None

    def latest_first(self) -> list[str]:
        """The current version, then those that were current before it."""
        pointer = self._pointer()
        return [pointer.version, *reversed(pointer.before)] if pointer else []

    def versions(self) -> list[Manifest]:
        """All versions, newest first."""
        folders = sorted((self.root / "versions").glob("[0-9]*"), reverse=True)
        return [self.manifest(folder.name) for folder in folders]

    def manifest(self, version: str) -> Manifest:
        """Read what is known of a version."""
        return read_manifest(self.folder(version))

    def folder(self, version: str) -> Path:
        """Where the files of a version lie."""
        folder = self.root / "versions" / version
        if not version[:1].isdigit() or folder.name != version or not folder.is_dir():
            raise NotFound(f"there is no model version {version!r}; see `formdigits models list`")
        return folder

    def verify(self, version: str) -> Manifest:
        """Check that the file of a version is the one that was published."""
        return verify(self.folder(version))

    def seed(self) -> None:
        """Put the shipped model into an empty store."""
        if self.current() is not None:
            return
        version = read_manifest(DEFAULT_MODEL).version
        if not (self.root / "versions" / version).exists():
            with self._written_aside(version) as aside:
                shutil.copytree(DEFAULT_MODEL, aside, dirs_exist_ok=True)
        self.promote(version)

    def _pointer(self) -> Pointer | None:
        try:
            return Pointer.model_validate_json((self.root / "current.json").read_text())
        except FileNotFoundError:
            return None

    def _point_to(self, version: str, before: tuple[str, ...]) -> None:
        moved_at = datetime.now(UTC).isoformat(timespec="seconds")
        pointer = Pointer(version=version, before=before, moved_at=moved_at)
        _replace(self.root / "current.json", pointer.model_dump_json(indent=1).encode())
        _replace(self.root / MODEL_FILE, (self.folder(version) / MODEL_FILE).read_bytes())

    @contextmanager
    def _written_aside(self, version: str) -> Iterator[Path]:
        """A folder that becomes the version when the block ends, and vanishes when it fails."""
        versions = self.root / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=versions))
        try:
            yield aside
            aside.chmod(0o755)
            for path in (*aside.rglob("*"), aside):
                _fsync(path)
            try:
                aside.rename(versions / version)
            except OSError:
                if not (versions / version).is_dir():  # another process seeded the same version first
                    raise
            _fsync(versions)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield


def _replace(path: Path, data: bytes) -> None:
    """Replace a file so that a reader sees the old bytes or the new ones, never a mixture."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    _fsync(aside)
    aside.replace(path)
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
