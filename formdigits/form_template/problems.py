"""What may be wrong with a form template, and where."""

import difflib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Place = tuple[str | int, ...]
"""The way to a value in the file, such as `("fields", 2, "boxes")`."""


class Problem(NamedTuple):
    """One broken rule, with the mend."""

    place: Place
    message: str
    is_warning: bool = False
    """Whether the form can be used all the same, at a price."""


def repeated(values: Iterable[str | int]) -> Iterator[tuple[int, str | int]]:
    """Positions and values of what has come before."""
    seen = set()
    for i, value in enumerate(values):
        if value in seen:
            yield i, value
        seen.add(value)


def nearest(name: str, known: Iterable[str]) -> str:
    """The mend of a name that nothing has."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known ones: {', '.join(known)}"
