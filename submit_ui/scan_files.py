"""Which files a person means who names files and folders, and in which parts they are uploaded."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from formdigits.errors import BadRequest
from formdigits.s3 import S3, SCHEME

SCAN_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".pdf", ".zip")
BATCH_BYTES = 32_000_000
BATCH_FILES = 500

NUMBER = re.compile(r"\d+")


def find_scans(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Files as they are named, folders as the scans in them, in the order that people count in; also on S3.

    Paths are text here and not Path objects: a million of those take ten seconds to make.

    Returns:
        Absolute paths; links stay as they were named.

    Raises:
        BadRequest: one of the paths leads nowhere, or a folder holds no scan.
    """
    found: list[str] = []
    for path in paths:
        absolute = os.fspath(path) if is_on_s3(path) else os.path.abspath(path)
        if S3().changed_at(absolute) is not None if is_on_s3(path) else os.path.isfile(absolute):
            found.append(absolute)
        elif is_on_s3(path) or os.path.isdir(absolute):
            inside = sorted(objects_under(absolute) if is_on_s3(path) else scans_under(absolute), key=natural)
            if not inside:
                raise BadRequest(f"{path} holds no scan; these are read: {' '.join(SCAN_SUFFIXES)}")
            found += inside
        else:
            raise BadRequest(f"{path} is no file and no folder")
    return found


def scans_under(folder: str) -> Iterator[str]:
    """The scans in a folder and its subfolders; hidden ones are left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = os.path.join(parent, "")
        for name in files:
            if name.lower().endswith(SCAN_SUFFIXES) and not name.startswith("."):
                yield inside + name


def objects_under(address: str) -> Iterator[str]:
    """The same of an address on S3, asked with the keys of whoever submits."""
    for listed in S3().under(address):
        if listed.url.lower().endswith(SCAN_SUFFIXES) and "/." not in listed.url:
            yield listed.url


def is_on_s3(path: str | os.PathLike[str]) -> bool:
    """Whether it is an address and no path on this machine."""
    return os.fspath(path).startswith(SCHEME)


def natural(path: str) -> str:
    """Sort key by which page-2 comes before page-10: every number as 20 digits."""
    return NUMBER.sub(_padded, path.lower())


def _padded(number: re.Match[str]) -> str:
    return number[0].zfill(20)


def lie_under(paths: Iterable[str], roots: Iterable[str | os.PathLike[str]]) -> bool:
    """Whether every path lies under one of the folders, or on S3."""
    prefixes = (SCHEME, *(os.path.join(root, "") for root in roots))
    return all(path.startswith(prefixes) for path in paths)


def common_folder(paths: Iterable[str]) -> str:
    """The folder that holds all of them, with a slash at its end."""
    return os.path.join(os.path.commonpath({os.path.dirname(path) for path in paths}), "")


def batches(paths: Sequence[str]) -> Iterator[list[str]]:
    """Parts that fit one request each; a file that is larger stands alone."""
    batch: list[str] = []
    size = 0
    for path in paths:
        n_bytes = os.stat(path).st_size
        if batch and (len(batch) == BATCH_FILES or size + n_bytes > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += n_bytes
    if batch:
        yield batch
