"""Paths of scans, before anybody looks where they lead."""

from formdigits.errors import PathNotAllowed
from formdigits.s3 import SCHEME

MAX_PATH_CHARS = 1024


def check_form(path: str) -> None:
    """Raise PathNotAllowed for a path with odd parts, wherever it lies."""
    if "/.." in path and ".." in path.split("/"):
        raise PathNotAllowed(f"{last_part(path)!r}: a path may not go up with '..'")
    if len(path) > MAX_PATH_CHARS:
        raise PathNotAllowed(f"{last_part(path)!r}: a path may have {MAX_PATH_CHARS} characters at most")
    if "\0" in path or "\\" in path or not (path.isascii() or is_unicode(path)):
        raise PathNotAllowed(f"{last_part(path)!r}: a path may not have backslashes, NULs or broken characters")
    if path[0] != "/" and ("::" in path or path[-1] == "/"):
        raise PathNotAllowed(f"{last_part(path)!r}: an address names one object, and is not chained with '::'")


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
