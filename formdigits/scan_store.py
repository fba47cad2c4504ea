"""Where scans lie: under the roots that the operator allows, and the uploads.  Both may be folders or parts of S3."""

import errno
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from formdigits.errors import PageError, PathNotAllowed, StoreUnreachable, TooLarge, UnreadableFile
from formdigits.s3 import AT_A_TIME, S3, SCHEME
from formdigits.scan_files import copy_hashed, name_of, read_file, save_file, saved_files, synchronise_all

MAX_PATH_CHARS = 1024
UPLOAD = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}|incoming-\w+")
FRESH_S = 10.0
"""An upload on S3 that comes again this soon is not written again; later it is, for its age decides when it goes."""
PASSING = {errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""A file server is away, or this machine is short of something: no fault of the file."""


class ScanStore:
    """The scans under some roots.

    Args:
        roots: absolute folders, and addresses on S3, whose scans may be read by path.
        uploads: the root that uploaded scans are kept in; a folder is made when it is first needed.
        max_file_bytes: larger scans are refused.
    """

    def __init__(self, roots: Sequence[Path | str], uploads: Path | str, max_file_bytes: int) -> None:
        named = [str(root) if is_on_s3(str(root)) else str(Path(root).absolute()) for root in (uploads, *roots)]
        self._prefixes = tuple(map(as_prefix, named))
        self._real_prefixes = tuple(as_prefix(os.path.realpath(root)) for root in named if not is_on_s3(root))
        self._uploads = self._prefixes[0]
        self._longest_first = sorted(self._prefixes, key=len, reverse=True)
        self._max_file_bytes = max_file_bytes
        self._s3 = S3()

    def check(self, path: str) -> None:
        """Check the form of a path, without looking where it leads.

        Raises:
            PathNotAllowed: it is not a path under a root, or has odd parts.
        """
        if not path.startswith(self._prefixes):
            raise PathNotAllowed(f"{last_part(path)!r} does not lie under a folder that scans may be read from")
        if "/.." in path and ".." in path.split("/"):
            raise PathNotAllowed(f"{last_part(path)!r}: a path may not go up with '..'")
        if len(path) > MAX_PATH_CHARS:
            raise PathNotAllowed(f"{last_part(path)!r}: a path may have {MAX_PATH_CHARS} characters at most")
        if "\0" in path or "\\" in path or not (path.isascii() or is_unicode(path)):
            raise PathNotAllowed(f"{last_part(path)!r}: a path may not have backslashes, NULs or broken characters")
        if path[0] != "/" and ("::" in path or path[-1] == "/"):
            raise PathNotAllowed(f"{last_part(path)!r}: an address names one object, and is not chained with '::'")

    def name(self, path: str) -> str:
        """What to call a scan where people see it: its path below its root."""
        for prefix in self._longest_first:  # a million times a job: a generator would take a second and a half
            if path.startswith(prefix):
                return path[len(prefix) :]
        return last_part(path)

    def read(self, path: str) -> bytes:
        """Read a scan.

        Raises:
            PathNotAllowed: the path, or what its links lead to, is not a regular file under a root.
            UnreadableFile: it is missing, or may not be read.
            TooLarge: it is larger than allowed.
            StoreUnreachable: it cannot be had for now, and that is no fault of the scan.
        """
        self.check(path)
        try:
            if is_on_s3(path):
                return self._s3.get(path, most_bytes=self._max_file_bytes).data
            return read_file(path, self.name(path), under=self._real_prefixes, most_bytes=self._max_file_bytes)
        except OSError as error:
            raise self._named(path, error) from error

    def read_many(self, paths: Iterable[str]) -> Iterator[bytes | PageError]:
        """Read scans in their order: the bytes of each, or what `read` would raise about it.

        From S3 the next ones come while the caller is busy with one.

        Raises:
            StoreUnreachable: they cannot be had for now.
        """
        for on_s3, some in groupby(paths, is_on_s3):
            if on_s3:
                yield from self._read_objects(list(some))
            else:
                yield from map(self._read_or_error, some)

    def save(self, stream: BinaryIO) -> str:
        """Keep an uploaded scan under the hash of its content: the same scan twice is one file.

        Returns:
            Its path, which `read` takes.

        Raises:
            TooLarge: it is larger than allowed; nothing of it is kept.
            StoreUnreachable: it cannot be kept for now.
        """
        [path] = self.save_many([stream])
        return path

    def save_many(self, streams: Iterable[BinaryIO]) -> list[str]:
        """Keep several, and return their paths in order when no power cut can take them any more."""
        try:
            if is_on_s3(self._uploads):
                with ThreadPoolExecutor(AT_A_TIME) as beside:
                    return list(beside.map(self._save_object, streams))
            folder, most_bytes = Path(self._uploads), self._max_file_bytes
            paths = [str(save_file(stream, folder, most_bytes=most_bytes)) for stream in streams]
            synchronise_all(paths)
        except OSError as error:
            raise StoreUnreachable(f"uploads cannot be kept: {error.strerror}") from error
        return paths

    def upload_id(self, path: str) -> str:
        """What an uploaded scan is called: its path among the uploads."""
        return path.removeprefix(self._uploads)

    def uploads(self, *, older_than_s: float) -> Iterator[str]:
        """Paths of the uploads that were sent longer ago than this."""
        for path, sent_at in self._all_uploads():
            if sent_at < time.time() - older_than_s and UPLOAD.fullmatch(path, len(self._uploads)):
                yield path

    def delete(self, path: str, *, older_than_s: float) -> bool:
        """Remove an upload that was sent longer ago than this, and say whether it went.

        Raises:
            PathNotAllowed: it is no upload.
            StoreUnreachable: it cannot be removed for now.
        """
        if not (path.startswith(self._uploads) and UPLOAD.fullmatch(path, len(self._uploads))):
            raise PathNotAllowed(f"{last_part(path)!r} is no uploaded scan")
        try:
            sent_at = self._s3.changed_at(path) if is_on_s3(path) else os.stat(path).st_mtime  # noqa: PTH116 a str
            if sent_at is None or sent_at >= time.time() - older_than_s:
                return False
            if is_on_s3(path):
                self._s3.delete(path)
            else:
                os.unlink(path)  # noqa: PTH108
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnreachable(f"uploads cannot be removed: {error.strerror}") from error
        return True

    def _all_uploads(self) -> Iterator[tuple[str, float]]:
        return self._s3.under(self._uploads) if is_on_s3(self._uploads) else saved_files(Path(self._uploads))

    def _read_or_error(self, path: str) -> bytes | PageError:
        try:
            return self.read(path)
        except PageError as error:
            return error

    def _read_objects(self, paths: Sequence[str]) -> Iterator[bytes | PageError]:
        refused = {path: error for path in paths if (error := self._refusal(path))}
        urls = [path for path in paths if path not in refused]
        with closing(self._s3.get_each(urls, most_bytes=self._max_file_bytes)) as found:
            for path in paths:
                data = refused[path] if path in refused else next(found)
                yield self._named(path, data) if isinstance(data, OSError) else data

    def _refusal(self, path: str) -> PathNotAllowed | None:
        try:
            self.check(path)
        except PathNotAllowed as error:
            return error
        return None

    def _named(self, path: str, error: OSError) -> PageError:
        """What is wrong with a scan, as people read it; raises where nothing is wrong with it."""
        if isinstance(error, FileNotFoundError):
            return UnreadableFile(f"{self.name(path)!r} does not exist")
        if error.errno == errno.EFBIG:
            return TooLarge(f"{self.name(path)!r} has more than {self._max_file_bytes:,} bytes")
        if error.errno in PASSING:
            raise StoreUnreachable(f"{self.name(path)!r} cannot be read for now: {error.strerror}") from error
        return UnreadableFile(f"{self.name(path)!r} cannot be read: {error.strerror}")

    def _save_object(self, stream: BinaryIO) -> str:
        with TemporaryFile() as part:
            digest = copy_hashed(stream, part, most_bytes=self._max_file_bytes)
            path = self._uploads + name_of(digest)
            sent_at = self._s3.changed_at(path)
            if sent_at is None or sent_at < time.time() - FRESH_S:
                part.seek(0)
                self._s3.put(path, part.read())
        return path


def is_on_s3(path: str) -> bool:
    """Whether it is an address and no path on this machine."""
    return path.startswith(SCHEME)


def as_prefix(root: str) -> str:
    """A root with one slash at the end: `/scans` must not let `/scans-of-others` in."""
    return root.rstrip("/") + "/"


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
