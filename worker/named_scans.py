"""The scans that a person names on the command line: files, and pages of documents."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import click

from formdigits.documents import kind_of, open_document, page_address, split_address
from formdigits.errors import BadRequest, PageError, TooLarge

MOST_PAGES = 200
"""Of one document; whoever tries a form needs 20."""


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
    try:
        return page_in(name, number, data)
    except PageError as error:
        raise type(error)(f"{page_address(name, number) if number else name}: {error.code}: {error}") from error


def page_in(name: str, number: int | None, data: bytes) -> tuple[str, bytes]:
    """One page of a document, by its name; where no number is said, its only one."""
    with closing(open_document(io.BytesIO(data))) as document:
        n_pages = document.count()
        if number is None and n_pages > 1:
            raise BadRequest(
                f"{name} has {n_pages} pages: name one of them, such as {page_address(name, 1)},"
                " or have all of them read with `formdigits submit`"
            )
        return (name if number is None else page_address(name, number)), document.page(number or 1)


def scans_in(paths: Sequence[Path]) -> Iterator[OneScan]:
    """The pages of some files, PDF and TIFF page by page, whatever the files are called."""
    for path in paths:
        data = path.read_bytes()
        if kind_of(data) not in ("pdf", "tiff"):
            yield OneScan(path.name, data)
            continue
        try:
            yield from pages_of(path.name, data)
        except PageError as error:
            yield OneScan(path.name, error)


def pages_of(name: str, data: bytes) -> Iterator[OneScan]:
    """The pages of a document; one that is damaged does not take those after it.

    Raises:
        PageError: it cannot be opened.
    """
    with closing(open_document(io.BytesIO(data))) as document:
        n_pages = document.count()
        for number in range(1, min(n_pages, MOST_PAGES) + 1):
            try:
                page: bytes | PageError = document.page(number)
            except PageError as error:
                page = error
            yield OneScan(name if n_pages == 1 else f"{name} page {number}", page)
    if n_pages > MOST_PAGES:
        said = f"the document has more than {MOST_PAGES} pages, and only the first {MOST_PAGES} were tried; name fewer"
        yield OneScan(f"{name} page {MOST_PAGES + 1}", TooLarge(said))
