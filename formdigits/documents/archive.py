"""ZIP files: their entries one by one, each of them a file of its own or the reason why it is none."""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from formdigits.documents.kinds import HEAD_BYTES, kind_of
from formdigits.errors import PageError, PathNotAllowed, TooLarge, UnreadableFile, UnsupportedType

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 2_000_000_000
"""Of all entries together, as the ZIP says; of an entry never more is unpacked than the ZIP says."""
MAX_RATIO = 200
"""So many times its own size may a ZIP become beyond the first 100 MB: scans hardly shrink, and blank pages a lot."""
FREE_BYTES = 100_000_000
BLOCK_BYTES = 1_000_000
IN_MEMORY_BYTES = 4_000_000
IS_ENCRYPTED = 0x1
DAMAGED = "this file of the ZIP is damaged; make the ZIP again"
_PACKERS = (zlib.error, lzma.LZMAError)
OFFICE_MARKS = {"[Content_Types].xml", "mimetype"}
"""What Word, Excel, OpenOffice and EPUB files begin with, which are ZIPs, too."""


class Entry(NamedTuple):
    """One file of a ZIP."""

    name: str
    content: BinaryIO | PageError
    """The file from its start, to be closed by whoever takes it; or why there is none."""


def unpack(stream: BinaryIO, *, order: Callable[[str], str]) -> Iterator[Entry]:
    """Unpack the files of a ZIP one after the other, sorted by `order`; folders and hidden files are left out.

    Raises:
        UnreadableFile: it is damaged, or there is nothing in it.
        TooLarge: it has too many entries, or would become too large; nothing is unpacked then.
        UnsupportedType: it is an office document.
    """
    with closing(_opened(stream)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not is_hidden(info.filename)]
        _refuse(infos, sum(info.compress_size for info in infos))
        for info in sorted(infos, key=lambda info: order(info.filename)):
            yield Entry(info.filename, _content(archive, info))


def is_hidden(name: str) -> bool:
    """Whether an entry is one of those that systems put beside files, and no person sees."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in name.split("/"))


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile("the ZIP is damaged or cut short; make it again") from error


def _refuse(infos: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    if not infos:
        raise UnreadableFile("the ZIP has no files in it")
    if OFFICE_MARKS & {info.filename for info in infos[:5]}:
        raise UnsupportedType("this is an office document; save it as PDF")
    if len(infos) > MAX_ENTRIES:
        raise TooLarge(f"the ZIP has {len(infos):,} files and {MAX_ENTRIES:,} are allowed; make several of it")
    n_bytes = sum(info.file_size for info in infos)
    if n_bytes > min(MAX_UNPACKED_BYTES, FREE_BYTES + MAX_RATIO * packed_bytes):
        raise TooLarge(f"the ZIP would unpack to {n_bytes:,} bytes, and that is too much; make several of it")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO | PageError:
    try:
        _check_name(info.filename)
        if info.header_offset < 0:
            raise UnreadableFile(DAMAGED)
        if info.flag_bits & IS_ENCRYPTED:
            raise UnsupportedType("this file of the ZIP is encrypted; make the ZIP without a password")
        return _copied(archive, info)
    except PageError as error:
        return error
    except NotImplementedError:
        return UnsupportedType("this file of the ZIP is packed in a way that is not read; make the ZIP again")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, RuntimeError, *_PACKERS):
        return UnreadableFile(DAMAGED)


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if not parts[0] or ".." in parts or parts[0].endswith(":"):
        raise PathNotAllowed("this file of the ZIP names a place outside of it; make the ZIP again")


def _copied(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    with archive.open(info) as packed:
        head = packed.read(HEAD_BYTES)
        kind = kind_of(head)
        if kind == "zip":
            raise UnsupportedType("a ZIP inside a ZIP is not unpacked; unpack it first")
        if kind is None:
            raise UnsupportedType("this file of the ZIP is no image and no PDF; leave it out, or save it as PDF")
        copy = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115 the caller closes it
        try:
            while head:
                copy.write(head)
                head = packed.read(BLOCK_BYTES)
        except BaseException:
            copy.close()
            raise
    copy.seek(0)
    return copy
