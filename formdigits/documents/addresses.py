"""Addresses of scans: the path of a file, and `#page=3` at its end where a page of a document is meant."""

from typing import NamedTuple

MARK = "#page="
SUFFIXES = (".pdf", ".tif", ".tiff", ".zip")
"""Files with these endings are looked into before they are submitted; they may have several pages."""
_ENDS = frozenset({*SUFFIXES, "tiff"})


class PageAddress(NamedTuple):
    """Where a page lies."""

    path: str
    page: int | None
    """Counts from 1; None where the file is the page."""


def page_address(path: str, page: int) -> str:
    """The address of one page of a document."""
    return f"{path}{MARK}{page}"


def split_address(address: str) -> PageAddress:
    """Take an address apart; what does not end with a page's number is a path."""
    path, mark, number = address.rpartition(MARK)
    if mark and 0 < len(number) <= 5 and number.isascii() and number.isdecimal() and int(number):
        return PageAddress(path, int(number))
    return PageAddress(address, None)


def is_document(path: str) -> bool:
    """Whether a path names a document, as far as its ending tells; asked a million times a job."""
    return path[-4:].lower() in _ENDS and (path[-4] == "." or path[-5:-4] == ".")
