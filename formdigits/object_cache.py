"""The last few documents from S3, for the chunks of a document that come one after the other."""

import io
import os
import tempfile
from collections import OrderedDict
from threading import Lock
from typing import BinaryIO, NamedTuple, cast

from formdigits.s3 import S3

MOST_BYTES = 200_000_000
"""Of all together, in temporary files without a name: what is larger is fetched for every chunk."""


class Kept(NamedTuple):
    """A document, and the tag of its content."""

    file: "Reader"
    tag: str
    n_bytes: int


class ObjectCache:
    """Opens objects of S3 to be read here and there; threads may share it.

    Args:
        s3: where they lie.
        most_bytes: so many are kept; those that were opened longest ago go first.
    """

    def __init__(self, s3: S3, *, most_bytes: int = MOST_BYTES) -> None:
        self._s3 = s3
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def open(self, url: str, *, most_bytes: int) -> BinaryIO:
        """An object as it is now, which the caller closes.  Raises what `S3.copy` raises."""
        if url in self._kept:
            tag = self._s3.tag(url)
            with self._lock:
                kept = self._kept.get(url)
                if kept and kept.tag == tag:
                    self._kept.move_to_end(url)
                    return kept.file.again()
        with tempfile.TemporaryFile() as file:
            tag = self._s3.copy(url, file, most_bytes=most_bytes)
            file.flush()
            fetched = Reader(os.dup(file.fileno()))
            n_bytes = file.tell()
        stream = fetched.again()
        self._keep(url, Kept(fetched, tag, n_bytes))
        return stream

    def _keep(self, url: str, kept: Kept) -> None:
        with self._lock:
            if former := self._kept.pop(url, None):
                former.file.close()
            self._kept[url] = kept
            while sum(one.n_bytes for one in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)[1].file.close()


class Reader(io.RawIOBase):
    """Reads a file at its own place, whoever else reads it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0

    def again(self) -> BinaryIO:
        """The same file from its beginning; it stays when this one is closed."""
        return cast("BinaryIO", io.BufferedReader(Reader(os.dup(self._descriptor))))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer, in words of typeshed
        n_bytes = os.preadv(self._descriptor, [buffer], self._at)
        self._at += n_bytes
        return n_bytes

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        if start + offset < 0:
            raise OSError("a place before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
