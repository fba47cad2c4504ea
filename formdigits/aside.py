"""Written aside, then renamed: a file or a folder is there whole or not at all, whenever its writer is killed."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

PREFIX = ".aside-"
OWNER = ".owner"
"""A file in a folder aside, locked for as long as its writer lives."""
ABANDONED_AFTER_S = 86_400.0
"""Age at which a folder aside that names no owner has none: its writer was killed before it could."""


@contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """A folder that becomes `target` when the block ends, and vanishes when it fails.

    Where `target` is there by then, another process made the same, and this one is dropped.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with lock(target.parent / ".lock"):
        _remove_abandoned(target.parent)
        aside = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
        owner = (aside / OWNER).open("w")
        flock(owner, LOCK_EX)
    try:
        yield aside
        aside.chmod(0o755)
        for path in aside.rglob("*"):
            synchronise(path)
        synchronise(aside)
        try:
            aside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        else:
            (target / OWNER).unlink()
        synchronise(target.parent)
    finally:
        owner.close()
        shutil.rmtree(aside, ignore_errors=True)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file so that a reader sees the old bytes or the new ones; writers keep each other out by `lock`."""
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(data)
    synchronise(aside)
    aside.replace(path)
    synchronise(path.parent)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Keep other processes out for as long as the block lasts; the system frees it when this one dies."""
    with path.open("w") as file:
        flock(file, LOCK_EX)
        yield


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders whose writers were killed."""
    for aside in parent.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # its writer has just renamed it
            if _is_abandoned(aside):
                shutil.rmtree(aside, ignore_errors=True)


def _is_abandoned(aside: Path) -> bool:
    try:
        with (aside / OWNER).open() as owner:
            flock(owner, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return aside.stat().st_mtime < time.time() - ABANDONED_AFTER_S
    return True


def synchronise(path: Path) -> None:
    """Return when a file, or what a folder lists, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
