"""Model versions that were fetched from elsewhere, kept on this machine for all of its processes."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from formdigits.aside import folder_aside
from formdigits.errors import ModelRefused
from formdigits.model_version import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, check, parse_manifest, verify

KEPT = 3
"""The version in service, the one before it, and one to come."""


class ModelCache:
    """Copies of versions under one folder; a copy is checked before each use, and fetched again where it is damaged."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, version: str, fetch: Callable[[str], bytes]) -> Path:
        """The folder of a version.

        Args:
            version: its name.
            fetch: reads one of its files where it comes from.

        Raises:
            ModelRefused: what is fetched is not what was published.
        """
        folder = self._root / version
        if not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
            with folder_aside(folder) as aside:
                _fill(aside, version, fetch)
        with suppress(FileNotFoundError):  # another process has use for three newer ones
            os.utime(folder, ns=(time.time_ns(),) * 2)  # the clock of the file system is too coarse
            self._remove_all_but_the_latest()
        return folder

    def _remove_all_but_the_latest(self) -> None:
        used_at = {folder: folder.stat().st_mtime_ns for folder in self._root.iterdir() if folder.name[0].isdigit()}
        for folder in sorted(used_at, key=used_at.__getitem__)[:-KEPT]:
            shutil.rmtree(folder, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    try:
        verify(folder)
    except ModelRefused:
        return False
    return (folder / GOLDEN_FILE).exists()


def _fill(aside: Path, version: str, fetch: Callable[[str], bytes]) -> None:
    try:
        files = {name: fetch(name) for name in (MODEL_FILE, GOLDEN_FILE, MANIFEST_FILE)}
    except FileNotFoundError as error:
        raise ModelRefused(f"{version}: one of its files is missing") from error
    check(version, files[MODEL_FILE], parse_manifest(version, files[MANIFEST_FILE]))
    for name, data in files.items():
        (aside / name).write_bytes(data)
