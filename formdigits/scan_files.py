"""Scans that are files of this machine, or of one that it mounts: read without being led astray, kept by their hash."""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO, BinaryIO

from formdigits.aside import synchronise
from formdigits.documents.kinds import SUFFIX_OF, Kind, kind_of
from formdigits.errors import PathNotAllowed, TooLarge

BLOCK_BYTES = 1_000_000
AT_A_TIME = 16

MENDS = {
    "allow": "upload it, or allow its folder with `formdigits up --allow FOLDER`",
    "smaller": "scan at 300 dpi, or split it",
    "gone": "submit it from where it lies now",
    "shut": "mend that, then retry the job",
}
"""What there is to do about a scan that cannot be had."""

Limit = Callable[[Kind | None], int]
"""How many bytes a file of a kind may have."""


def read_file(path: str, name: str, *, under: tuple[str, ...], most_bytes: int) -> bytes:
    """Read a regular file.

    Args:
        path: where it is said to lie.
        name: what messages call it.
        under: where it may lie once all links are followed.
        most_bytes: larger ones are refused.
    """
    descriptor, n_bytes = _open(path, name, under=under, most_bytes=most_bytes)
    try:
        # Mostly in one call; a file object, which reads the rest as well, takes as long to make as the call.
        data = os.read(descriptor, n_bytes)
        while len(data) < n_bytes and (more := os.read(descriptor, n_bytes - len(data))):
            data += more
        return data
    finally:
        os.close(descriptor)


def open_file(path: str, name: str, *, under: tuple[str, ...], most_bytes: int) -> BinaryIO:
    """Open a regular file to be read; the arguments are those of `read_file`."""
    return os.fdopen(_open(path, name, under=under, most_bytes=most_bytes)[0], "rb")


def _open(path: str, name: str, *, under: tuple[str, ...], most_bytes: int) -> tuple[int, int]:
    """Open a regular file, and return its descriptor and how many bytes it has."""
    real = _real_path(path)
    if not real.startswith(under):
        raise PathNotAllowed(f"{name!r} leads out of the folders that scans may be read from; {MENDS['allow']}")
    # Nothing blocks: a FIFO opens at once and is then refused.  A link put in the file's place is not followed.
    descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        _refuse(found, name, most_bytes)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, found.st_size


def _refuse(found: os.stat_result, name: str, most_bytes: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PathNotAllowed(f"{name!r} is not a regular file; submit a file")
    if found.st_size > most_bytes:
        raise TooLarge(f"{name!r} has more than {most_bytes:,} bytes; {MENDS['smaller']}")


def _real_path(path: str) -> str:
    """Where a file lies once all links are followed."""
    if sys.platform != "linux":
        return os.path.realpath(path)
    # The system is asked once, and not for every folder on the way.  Nothing is opened: a device does not notice it.
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 a str
    finally:
        os.close(descriptor)


def save_file(stream: BinaryIO, folder: Path, *, most_bytes: Limit) -> Path:
    """Keep a stream under the hash of its content; of one that is too large nothing is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as part:
        try:
            target = folder / copy_named(stream, part, most_bytes=most_bytes)
            part.close()
            target.parent.mkdir(exist_ok=True)
            return Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def copy_named(stream: BinaryIO, part: IO[bytes], *, most_bytes: Limit) -> str:
    """Copy a stream, and return where it lies among the uploads: under its sha256, with the ending of a document."""
    digest, n_bytes = hashlib.sha256(), 0
    block = stream.read(BLOCK_BYTES)
    kind = kind_of(block)
    while block:
        n_bytes += len(block)
        if n_bytes > most_bytes(kind):
            raise TooLarge(f"a scan may have {most_bytes(kind):,} bytes at most; {MENDS['smaller']}")
        digest.update(block)
        part.write(block)
        block = stream.read(BLOCK_BYTES)
    return name_of(digest.hexdigest()) + SUFFIX_OF.get(kind, "")


def synchronise_all(paths: Sequence[str]) -> None:
    """Return when files and the folders that list them are on the disk; many at a time cost little more than one."""
    folders = {parent for path in paths for parent in Path(path).parents[:2]}
    with ThreadPoolExecutor(AT_A_TIME) as beside:
        list(beside.map(synchronise, [*map(Path, paths), *folders]))


def saved_files(folder: Path) -> Iterator[tuple[str, float]]:
    """Path and time of every upload, and of every one that broke off."""
    for path in chain(folder.glob("??/*"), folder.glob("incoming-*")):
        with suppress(FileNotFoundError):
            yield str(path), path.stat().st_mtime


def name_of(digest: str) -> str:
    """Where a scan lies among the uploads."""
    return f"{digest[:2]}/{digest}"
