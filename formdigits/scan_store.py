"""Where scans lie: under the roots that the operator allows, and the uploads."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from formdigits.errors import PathNotAllowed, TooLarge, UnreadableFile

MAX_PATH_CHARS = 1024
BLOCK_BYTES = 1_000_000


class ScanStore:
    """The scans under some roots.

    Args:
        roots: absolute folders whose scans may be read by path.
        uploads: the folder, itself a root, that uploaded scans are kept in; made when it is first needed.
        max_file_bytes: larger scans are refused.
    """

    def __init__(self, roots: Sequence[Path], uploads: Path, max_file_bytes: int) -> None:
        self._uploads = uploads
        self._max_file_bytes = max_file_bytes
        folders = [root.absolute() for root in (uploads, *roots)]
        self._prefixes = tuple(as_prefix(str(folder)) for folder in folders)
        self._real_prefixes = tuple(as_prefix(os.path.realpath(folder)) for folder in folders)

    def check(self, path: str) -> None:
        """Check the form of a path, without looking at the disk.

        Raises:
            PathNotAllowed: it is not an absolute path under a root, or has odd parts.
        """
        if not path.startswith(self._prefixes):
            raise PathNotAllowed(f"{last_part(path)!r} does not lie under a folder that scans may be read from")
        if "/.." in path and ".." in path.split("/"):
            raise PathNotAllowed(f"{last_part(path)!r}: a path may not go up with '..'")
        if len(path) > MAX_PATH_CHARS:
            raise PathNotAllowed(f"{last_part(path)!r}: a path may have {MAX_PATH_CHARS} characters at most")
        if "\0" in path or "\\" in path or not (path.isascii() or is_unicode(path)):
            raise PathNotAllowed(f"{last_part(path)!r}: a path may not have backslashes, NULs or broken characters")

    def name(self, path: str) -> str:
        """What to call a scan where people see it: its path below its root."""
        prefix = max((prefix for prefix in self._prefixes if path.startswith(prefix)), key=len, default="")
        return path[len(prefix) :] if prefix else last_part(path)

    def read(self, path: str) -> bytes:
        """Read a scan.

        Raises:
            PathNotAllowed: the path, or what its links lead to, is not a regular file under a root.
            UnreadableFile: it is missing, or may not be read.
            TooLarge: it is larger than allowed.
        """
        self.check(path)
        real = os.path.realpath(path)
        if not real.startswith(self._real_prefixes):
            raise PathNotAllowed(f"{self.name(path)!r} leads out of the folders that scans may be read from")
        # Nothing blocks: a FIFO opens at once and is then refused.  A link put in the file's place is not followed.
        try:
            descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise UnreadableFile(f"{self.name(path)!r} does not exist") from error
        except OSError as error:
            raise UnreadableFile(f"{self.name(path)!r} cannot be read: {error.strerror}") from error
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise PathNotAllowed(f"{self.name(path)!r} is not a regular file")
            if found.st_size > self._max_file_bytes:
                raise TooLarge(f"{self.name(path)!r} has more than {self._max_file_bytes:,} bytes")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(found.st_size)
        finally:
            os.close(descriptor)

    def save(self, stream: BinaryIO) -> str:
        """Keep an uploaded scan under the hash of its content: the same scan twice is one file.

        Returns:
            Its path, which `read` takes.

        Raises:
            TooLarge: it is larger than allowed; nothing of it is kept.
        """
        self._uploads.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._uploads, prefix="incoming-", delete=False) as part:
            try:
                digest = self._copy(stream, part)
                part.close()
                folder = self._uploads.absolute() / digest[:2]
                folder.mkdir(exist_ok=True)
                return str(Path(part.name).replace(folder / digest))
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise

    def _copy(self, stream: BinaryIO, part: "tempfile._TemporaryFileWrapper[bytes]") -> str:
        digest, n_bytes = hashlib.sha256(), 0
        while block := stream.read(BLOCK_BYTES):
            n_bytes += len(block)
            if n_bytes > self._max_file_bytes:
                raise TooLarge(f"a scan may have {self._max_file_bytes:,} bytes at most")
            digest.update(block)
            part.write(block)
        return digest.hexdigest()


def as_prefix(folder: str) -> str:
    """A folder's path with one slash at the end: `/scans` must not let `/scans-of-others` in."""
    return folder.rstrip("/") + "/"


def last_part(path: str) -> str:
    """The file's name alone: messages never show where folders lie."""
    return path.rstrip("/").rpartition("/")[2][-100:]


def is_unicode(path: str) -> bool:
    """Whether the path can be written down; lone surrogates cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
