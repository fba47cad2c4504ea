"""Where scans lie: under the roots that the operator allows, and the uploads.  Both may be folders or parts of S3."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from formdigits.documents import Document, open_document, split_address
from formdigits.errors import PageError, PathNotAllowed, StoreUnreachable, TooLarge, UnreadableFile
from formdigits.object_cache import ObjectCache
from formdigits.s3 import SCHEME
from formdigits.scan_files import MENDS, open_file, read_file
from formdigits.scan_paths import as_prefix, check_form, is_on_s3, last_part
from formdigits.settings import Settings
from formdigits.uploads import Uploads

PASSING = {errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""A file server is away, or this machine is short of something: no fault of the file."""


class ScanStore(Uploads):
    """The scans under some roots.

    Args:
        roots: absolute folders, and addresses on S3, whose scans may be read by path.
        uploads: the root that uploaded scans are kept in; a folder is made when it is first needed.
        max_file_bytes: larger scans are refused.
        max_document_bytes: likewise documents, of which one page at a time is read; 0: no more than scans.
        take_page: takes a page out of a document where this process is not to do that itself.
    """

    def __init__(
        self,
        roots: Sequence[Path | str],
        uploads: Path | str,
        max_file_bytes: int,
        *,
        max_document_bytes: int = 0,
        take_page: Callable[[str], bytes] | None = None,
    ) -> None:
        super().__init__(uploads, max_file_bytes, max(max_file_bytes, max_document_bytes))
        named = [str(root) if is_on_s3(str(root)) else str(Path(root).absolute()) for root in roots]
        self._prefixes = (self._uploads, *map(as_prefix, named))
        self._real_prefixes = tuple(as_prefix(os.path.realpath(root)) for root in self._prefixes if not is_on_s3(root))
        self._longest_first = sorted(self._prefixes, key=len, reverse=True)
        self._take_page = take_page
        self._objects = ObjectCache(self._s3)

    def check(self, path: str) -> None:
        """Check the form of a path, without looking where it leads.

        Raises:
            PathNotAllowed: it is not a path under a root, or has odd parts.
        """
        if not path.startswith(self._prefixes):
            raise PathNotAllowed(
                f"{last_part(path)!r} does not lie under a folder that scans may be read from; {MENDS['allow']}"
            )
        check_form(path)

    def name(self, path: str) -> str:
        """What to call a scan where people see it: its path below its root."""
        if "#" in path and (address := split_address(path)).page:
            return f"{self.name(address.path)} p. {address.page}"
        for prefix in self._longest_first:  # a million times a job: a generator would take a second and a half
            if path.startswith(prefix):
                return path[len(prefix) :]
        return last_part(path)

    def read(self, path: str) -> bytes:
        """Read a scan; of a document, the page that the path names, as the bytes of an image.

        Raises:
            PathNotAllowed: the path, or what its links lead to, is not a regular file under a root.
            UnreadableFile: it is missing, or may not be read.
            TooLarge: it is larger than allowed.
            StoreUnreachable: it cannot be had for now, and that is no fault of the scan.
        """
        self.check(path)
        if split_address(path).page:
            return self._read_page(path)
        try:
            if is_on_s3(path):
                return self._s3.get(path, most_bytes=self._max_file_bytes).data
            return read_file(path, self.name(path), under=self._real_prefixes, most_bytes=self._max_file_bytes)
        except OSError as error:
            raise self._named(path, error) from error

    def read_many(self, paths: Iterable[str]) -> Iterator[bytes | PageError]:
        """Read scans in their order: the bytes of each, or what `read` would raise about it.

        From S3 the next ones come while the caller is busy with one.  A document is opened once for all its pages
        that follow each other.

        Raises:
            StoreUnreachable: they cannot be had for now.
        """
        for source, some in groupby(paths, source_of):
            if source == SCHEME:
                yield from self._read_objects(list(some))
            elif source and self._take_page is None:
                yield from self._read_pages(source, some)
            else:
                yield from map(self._read_or_error, some)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A document to be read here and there; one on S3 is fetched first.  Raises what `read` raises."""
        self.check(path)
        with ExitStack() as opened:
            try:
                stream = self._open(path, opened)
            except OSError as error:
                raise self._named(path, error, self._max_document_bytes) from error
            yield stream

    def _open(self, path: str, opened: ExitStack) -> BinaryIO:
        most_bytes = self._max_document_bytes
        if not is_on_s3(path):
            return opened.enter_context(
                open_file(path, self.name(path), under=self._real_prefixes, most_bytes=most_bytes)
            )
        return opened.enter_context(self._objects.open(path, most_bytes=most_bytes))

    def _read_page(self, address: str) -> bytes:
        if self._take_page is not None:
            return self._take_page(address)
        [data] = self._read_pages(split_address(address).path, [address])
        if isinstance(data, PageError):
            raise data
        return data

    def _read_pages(self, path: str, addresses: Iterable[str]) -> Iterator[bytes | PageError]:
        with ExitStack() as opened:
            try:
                document = opened.enter_context(closing(open_document(opened.enter_context(self.open(path)))))
            except OSError as error:
                named = self._named(path, error)
                yield from (named for _ in addresses)
                return
            except PageError as error:
                yield from (error for _ in addresses)
                return
            for address in addresses:
                yield self._page_or_error(document, address)

    def _page_or_error(self, document: Document, address: str) -> bytes | PageError:
        try:
            return document.page(split_address(address).page or 1)
        except PageError as error:
            return error
        except OSError as error:
            return self._named(address, error)

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

    def _named(self, path: str, error: OSError, most_bytes: int = 0) -> PageError:
        """What is wrong with a scan, as people read it; raises where nothing is wrong with it."""
        if isinstance(error, FileNotFoundError):
            return UnreadableFile(f"{self.name(path)!r} does not exist; {MENDS['gone']}")
        if error.errno == errno.EFBIG:
            return TooLarge(
                f"{self.name(path)!r} has more than {most_bytes or self._max_file_bytes:,} bytes; {MENDS['smaller']}"
            )
        if error.errno in PASSING:
            raise StoreUnreachable(f"{self.name(path)!r} cannot be read for now: {error.strerror}") from error
        return UnreadableFile(f"{self.name(path)!r} cannot be read: {error.strerror}; {MENDS['shut']}")


def open_scans(settings: Settings, *, take_page: Callable[[str], bytes] | None = None) -> ScanStore:
    """The scans that the settings allow."""
    return ScanStore(
        settings.allowed_roots,
        settings.uploads_root,
        settings.max_file_bytes,
        max_document_bytes=settings.max_document_bytes,
        take_page=take_page,
    )


def source_of(path: str) -> str:
    """What to open for a scan: its document, S3 (`s3://`), or for an empty word the file itself."""
    address = split_address(path)
    if address.page:
        return address.path
    return SCHEME if is_on_s3(path) else ""
