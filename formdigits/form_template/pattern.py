"""Regular expressions of forms.  They are matched in linear time, so that none can keep a worker for ever."""

import re
import warnings
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]  # nothing public says how long a match may be
from typing import Protocol

import re2

MAX_MEMORY_BYTES = 1 << 20
"""What one expression may use; a larger one is refused."""


class Pattern(Protocol):
    """A regular expression, ready to match."""

    def fullmatch(self, text: str) -> object | None: ...


@lru_cache(maxsize=256)
def compile_pattern(regex: str) -> Pattern:
    """Make a regular expression ready.

    Raises:
        ValueError: it is none, or needs what cannot be matched in linear time, and what that is.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY_BYTES
    try:
        pattern: Pattern = re2.compile(regex, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from error
    return pattern


def match_lengths(regex: str) -> tuple[int, int] | None:
    """The least and the most characters of a match; None where that is not known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            least, most = _parser.parse(regex).getwidth()
    except (re.error, ValueError, OverflowError, RecursionError, Warning):
        return None  # RE2 knows a few signs that Python does not
    return int(least), int(most)
