"""Opening a document, whatever kind it is."""

import io
from contextlib import closing
from typing import BinaryIO, Protocol

from formdigits.documents.kinds import HEAD_BYTES, kind_of
from formdigits.errors import TooLarge, UnreadableFile, UnsupportedType

MAX_PAGES = 2000


class Document(Protocol):
    """A file with pages, open for as long as it is used."""

    def count(self) -> int:
        """How many pages it has, at least 1; it need not count on when they are more than `MAX_PAGES`."""

    def page(self, number: int) -> bytes:
        """One page, from 1, as the bytes of an image that `formdigits.scan` decodes.

        Raises:
            UnreadableFile: there is no such page, or it is damaged.
            TooLarge: it has too many pixels.
        """

    def close(self) -> None: ...


def open_document(stream: BinaryIO) -> Document:
    """Open a document; the stream must be seekable, and stays the caller's to close.

    Raises:
        UnreadableFile: it is damaged, locked by a password, or no document.
        UnsupportedType: it is a ZIP, which has files and no pages.
    """
    stream.seek(0)
    kind = kind_of(stream.read(HEAD_BYTES))
    stream.seek(0)
    if kind == "pdf":
        from formdigits.documents.pdf import Pdf  # noqa: PLC0415 a library that only PDFs need

        return Pdf(stream)
    if kind == "tiff":
        from formdigits.documents.tiff import Tiff  # noqa: PLC0415 beside the other

        return Tiff(stream)
    if kind == "zip":
        raise UnsupportedType("a ZIP is unpacked when it is submitted; submit it again")
    raise UnreadableFile("this is no document; PDF and TIFF files have pages")


def checked_count(document: Document) -> int:
    """How many pages a document has.  Raises TooLarge where they are too many."""
    n_pages = document.count()
    if n_pages > MAX_PAGES:
        raise TooLarge(f"the document has more than {MAX_PAGES:,} pages; split it")
    return n_pages


def page_of(data: BinaryIO | bytes, number: int) -> bytes:
    """One page of a document, from 1, as the bytes of an image."""
    with closing(open_document(io.BytesIO(data) if isinstance(data, bytes) else data)) as document:
        return document.page(number)
