"""The scans that a person names on the command line: files, and pages of documents."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import click

from formdigits.documents import is_document, kind_of, open_document, page_address, split_address
from formdigits.errors import BadRequest, PageError

MOST_PAGES = 200


class OneScan(NamedTuple):
    """A page by its name."""

    name: str
    data: bytes | PageError


class OnePage(click.ParamType[str]):
    """A file that is there, or `bills.pdf#page=2`."""

    name = "page"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is no file."""
        path = split_address(str(value)).path
        if not Path(path).is_file():
            self.fail(f"there is no file {path!r}", param, ctx)
        return str(value)


def scan_at(address: str) -> tuple[str, bytes]:
    """The one page that an address names, as its name and bytes.

    Raises:
        BadRequest: it names a document of several pages, and none of them.
        PageError: there is no such page, or it cannot be had.
    """
    path, number = split_address(address)
    name, data = Path(path).name, Path(path).read_bytes()
    if kind_of(data) not in ("pdf", "tiff") and number is None:
        return name, data
    with closing(open_document(io.BytesIO(data))) as document:
        n_pages = document.count()
        if number is None and n_pages > 1:
            raise BadRequest(
                f"{name} has {n_pages} pages: name one of them, such as {page_address(name, 1)},"
                " or have all of them read with `formdigits submit`"
            )
        return (name if number is None else page_address(name, number)), document.page(number or 1)


def scans_in(paths: Sequence[Path]) -> Iterator[OneScan]:
    """The pages of some files, PDF and TIFF page by page."""
    for path in paths:
        if not is_document(str(path)):
            yield OneScan(path.name, path.read_bytes())
            continue
        try:
            with path.open("rb") as stream:
                yield from pages_of(path.name, stream.read())
        except PageError as error:
            yield OneScan(path.name, error)


def pages_of(name: str, data: bytes) -> Iterator[OneScan]:
    """The pages of a document."""
    with closing(open_document(io.BytesIO(data))) as document:
        for number in range(1, min(document.count(), MOST_PAGES) + 1):
            yield OneScan(f"{name} page {number}", document.page(number))
