"""The pages of a document: counted, or unpacked from a ZIP, when it is submitted.  Runs in a process of its own."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from typing import BinaryIO, NamedTuple

from formdigits.documents import is_document, kind_of, open_document, page_address
from formdigits.documents.archive import Entry, unpack
from formdigits.documents.kinds import HEAD_BYTES
from formdigits.documents.opening import checked_count
from formdigits.errors import PageError, TooLarge
from formdigits.scan_store import ScanStore
from submit_ui.scan_files import natural

AT_ONCE = 64
"""Files of a ZIP that are kept together, so that the disk is waited for once."""
MAX_PAGES_IN_ZIP = 100_000


class Scan(NamedTuple):
    """A scan as it is submitted: a file, or a page of one."""

    path: str
    name: str
    is_upload: bool
    code: str = ""
    """Name of the page error by which it failed before it was read; empty where it did not."""
    message: str = ""


def pages_of(store: ScanStore, scan: Scan) -> list[Scan]:
    """What becomes of a file whose ending says that it may have pages; its content decides.

    A document that cannot be opened is one failed page.

    Raises:
        StoreUnreachable: it cannot be had for now.
    """
    try:
        return list(_pages(store, scan))
    except PageError as error:
        return [failed(scan, error)]


def failed(scan: Scan, error: PageError, name: str = "") -> Scan:
    """The one page that stands for a document, or for a file of a ZIP, that cannot be read.

    It has the address of a first page, so that reading it once more looks into the document again.
    """
    return Scan(page_address(scan.path, 1), name or scan.name, scan.is_upload, error.code, str(error))


def _pages(store: ScanStore, scan: Scan) -> Iterator[Scan]:
    n_pages = 0
    with store.open(scan.path) as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
        stream.seek(0)
        if kind == "zip":
            yield from _unpacked(store, scan, unpack(stream, order=natural))
        elif kind in ("pdf", "tiff"):
            with closing(open_document(stream)) as document:
                n_pages = checked_count(document)
    if kind not in ("zip", "pdf") and n_pages <= 1:
        yield scan
    else:
        for number in range(1, n_pages + 1):
            yield scan._replace(path=page_address(scan.path, number), name=f"{scan.name} p. {number}")


def _unpacked(store: ScanStore, scan: Scan, entries: Iterator[Entry]) -> Iterator[Scan]:
    n_pages = 0
    while some := list(islice(entries, AT_ONCE)):
        for page in _kept(store, scan, some):
            n_pages += 1
            if n_pages > MAX_PAGES_IN_ZIP:
                raise TooLarge(f"the ZIP has more than {MAX_PAGES_IN_ZIP:,} pages; make several of it")
            yield page


def _kept(store: ScanStore, scan: Scan, entries: Sequence[Entry]) -> Iterator[Scan]:
    """Keep files of a ZIP among the uploads, and look into those that are documents."""
    with ExitStack() as opened:
        contents = [
            opened.enter_context(entry.content) for entry in entries if not isinstance(entry.content, PageError)
        ]
        kept = iter(_saved(store, contents))
        for entry in entries:
            name = f"{scan.name}/{entry.name[-300:]}"
            path = entry.content if isinstance(entry.content, PageError) else next(kept)
            if isinstance(path, PageError):
                yield failed(scan, path, name)
            elif is_document(path):
                yield from pages_of(store, Scan(path, name, is_upload=True))
            else:
                yield Scan(path, name, is_upload=True)


def _saved(store: ScanStore, contents: Sequence[BinaryIO]) -> Sequence[str | TooLarge]:
    try:
        return store.save_many(contents)
    except TooLarge:
        return [_saved_alone(store, content) for content in contents]


def _saved_alone(store: ScanStore, content: BinaryIO) -> str | TooLarge:
    content.seek(0)
    try:
        return store.save(content)
    except TooLarge as error:
        return error
