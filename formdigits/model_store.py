"""Model versions: published once and never changed, one of them current.  They lie in a folder, or on S3.

versions/<utc>-<sha8>/{mnist_cnn.h5, golden.npz, report/, manifest.json}
current.json      the pointer, and the versions that were current before
mnist_cnn.h5      a copy of the current one, for other programs
"""

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.errors import ModelRefused, NotFound
from formdigits.local_files import LocalFiles
from formdigits.model_cache import ModelCache
from formdigits.model_pointer import SHIPPED_UNMARKED, Pointer, parse_pointer, seeded
from formdigits.model_version import (
    DEFAULT_MODEL,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Manifest,
    ManifestDraft,
    check,
    parse_manifest,
    read_manifest,
    sha256_of,
)
from formdigits.s3 import SCHEME
from formdigits.s3_files import S3Files
from formdigits.settings import Settings
from formdigits.small_files import Seen, SmallFiles

POINTER_FILE = "current.json"
VERSION = re.compile(r"\d[\w-]*")
REPORT_FILE = re.compile(r"\w[\w.-]*")


class ModelStore:
    """The versions in one place.

    Args:
        root: a folder, or an address on S3.
        cache: the folder that copies of versions on S3 are kept in.
    """

    def __init__(self, root: Path | str, cache: Path = Path("model-cache")) -> None:
        self._files: SmallFiles = (
            S3Files(root, ModelCache(cache), last=MANIFEST_FILE)
            if isinstance(root, str) and root.startswith(SCHEME)
            else LocalFiles(Path(root))
        )

    def publish(
        self,
        h5: Path,
        *,
        draft: ManifestDraft,
        golden_crops: DigitBatch,
        golden_probabilities: Probabilities,
        report: Path | None = None,
    ) -> Manifest:
        """Add a version; it is either whole or not there.

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
        with self._files.add(f"versions/{manifest.version}") as aside:
            shutil.copyfile(h5, aside / MODEL_FILE)
            np.savez_compressed(aside / GOLDEN_FILE, crops=golden_crops, probabilities=golden_probabilities)
            (aside / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=1))
            if report is not None:
                shutil.copytree(report, aside / "report")
        return manifest

    def promote(self, version: str, *, may: Callable[[], bool] = lambda: True) -> bool:
        """Make a version current; running workers pick it up.

        Args:
            version: one that was published, or the one that ships.
            may: asked right before the pointer moves; where it says no, nothing moves.

        Returns:
            Whether the version is current now.
        """
        if version == read_manifest(DEFAULT_MODEL).version:
            self._add_shipped()
        self.verify(version)
        return self._move(lambda there: there.moved_to(version) if there else Pointer(version=version), may) == version

    def roll_back(self) -> str:
        """Make the version current that was so before this one, and return it."""

        def back(there: Pointer | None) -> Pointer:
            moved = (there or Pointer(version="")).moved_back()
            self.verify(moved.version)
            return moved

        return str(self._move(back))

    def current(self) -> str | None:
        """The version in service; None in an empty store."""
        _, pointer = self._look()
        return pointer.version if pointer else None

    def latest_first(self) -> list[str]:
        """The current version, then those that were current before it."""
        _, pointer = self._look()
        return [pointer.version, *reversed(pointer.before)] if pointer else []

    def versions(self) -> list[Manifest]:
        """All versions, newest first."""
        names = [name.partition("/") for name in self._files.names("versions")]
        found = sorted((v for v, _, file in names if VERSION.fullmatch(v) and file == MANIFEST_FILE), reverse=True)
        manifests = self._files.read_each([f"versions/{version}/{MANIFEST_FILE}" for version in found])
        return [
            parse_manifest(version, data)
            for version, data in zip(found, manifests, strict=True)
            if isinstance(data, bytes)
        ]

    def manifest(self, version: str) -> Manifest:
        """Read what is known of a version."""
        return parse_manifest(version, self._read(version, MANIFEST_FILE))

    def folder(self, version: str) -> Path:
        """A folder on this machine with the files of a version; from S3 they are fetched and checked."""
        self.manifest(version)
        return self._files.folder(f"versions/{version}")

    def reports(self) -> dict[str, list[str]]:
        """The files of the versions' reports, by name."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._files.names("versions")):
            version, _, file = name.partition("/report/")
            if file:
                found.setdefault(version, []).append(file)
        return found

    def report_file(self, version: str, name: str) -> bytes:
        """One file of a version's report."""
        if VERSION.fullmatch(version) and REPORT_FILE.fullmatch(name):
            with suppress(FileNotFoundError):
                return self._files.read(f"versions/{version}/report/{name}")
        raise NotFound(f"the report of {version} has no file {name!r}")

    def verify(self, version: str) -> Manifest:
        """Check that the file of a version is the one that was published."""
        manifest = self.manifest(version)
        check(version, self._read(version, MODEL_FILE), manifest)
        return manifest

    def seed(self) -> None:
        """Make the shipped model current where nobody chose one, and end what a killed promotion has left to do."""
        _, there = self._look()
        if there is None or self._is_left_to_seeding(there):
            shipped = self._add_shipped()
            self._move(lambda now: now if now and now != there else seeded(shipped, now))
        self._copy_current()

    def newer_shipped(self) -> tuple[str, bool] | None:
        """The shipped version where it is newer than the current one, and whether seeding will make it current."""
        _, there = self._look()
        shipped = read_manifest(DEFAULT_MODEL).version
        return (shipped, self._is_left_to_seeding(there)) if there and there.version < shipped else None

    def _is_left_to_seeding(self, there: Pointer) -> bool:
        """Whether the current version shipped with an older formdigits, and people never moved the pointer."""
        if there.version >= read_manifest(DEFAULT_MODEL).version:
            return False
        is_unmarked = there.version in SHIPPED_UNMARKED and not there.before
        return there.is_by_seeding or (is_unmarked and [one.version for one in self.versions()] == [there.version])

    def _add_shipped(self) -> str:
        """Put the shipped version beside the others, where it is not yet there."""
        version = read_manifest(DEFAULT_MODEL).version
        if self._files.look(f"versions/{version}/{MANIFEST_FILE}") is None:
            with self._files.add(f"versions/{version}") as aside:
                shutil.copytree(DEFAULT_MODEL, aside, dirs_exist_ok=True)
        return version

    def _look(self) -> tuple[Seen | None, Pointer | None]:
        seen = self._files.look(POINTER_FILE)
        return seen, parse_pointer(seen.data) if seen else None

    def _move(self, step: Callable[[Pointer | None], Pointer], may: Callable[[], bool] = lambda: True) -> str | None:
        """Move the pointer one step from where it is, and return the version that it names then.

        Where somebody else moves it at the same time, the step is made anew from there.
        """
        while True:
            seen, there = self._look()
            moved = step(there)
            if moved != there:
                if not may():
                    return there.version if there else None
                if not self._files.swap(POINTER_FILE, moved.model_dump_json(indent=1).encode(), seen):
                    continue
            self._copy_current()
            return moved.version

    def _copy_current(self) -> None:
        """Make the copy for other programs follow the pointer, wherever others move it meanwhile."""
        copied = None
        while (version := self.current()) not in (None, copied):
            data, copied = self._read(str(version), MODEL_FILE), version
            seen = self._files.look(MODEL_FILE)
            if seen is None or seen.data != data:
                self._files.replace(MODEL_FILE, data)

    def _read(self, version: str, name: str) -> bytes:
        if VERSION.fullmatch(version):
            try:
                return self._files.read(f"versions/{version}/{name}")
            except FileNotFoundError as error:
                if name != MANIFEST_FILE:
                    raise ModelRefused(f"{version}: its {name} is missing") from error
        raise NotFound(f"there is no model version {version!r}; see `formdigits models list`")


def open_models(settings: Settings) -> ModelStore:
    """The store that the settings name."""
    return ModelStore(settings.models_url or settings.models, settings.model_cache)
