"""Serial numbers: which copy of a form a sheet is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from formdigits.errors import BadRequest

LEAST_DIGITS = 6
"""`000123`: as long as the last of a large batch, so that they sort as they count."""
RANGE = re.compile(r"(\d{1,12})-(\d{1,12})")


class Serials(NamedTuple):
    """The numbers from the first to the last."""

    first: int
    last: int

    @property
    def n_copies(self) -> int:
        return self.last - self.first + 1

    def numbers(self) -> Iterator[str]:
        """As they are printed: of the same length."""
        digits = max(LEAST_DIGITS, len(str(self.last)))
        return (f"{number:0{digits}}" for number in range(self.first, self.last + 1))


def parse_serials(text: str) -> Serials:
    """Take `1-500` apart."""
    found = RANGE.fullmatch(text.strip())
    if not found or int(found[1]) > int(found[2]):
        raise BadRequest(f"serial numbers are given as 1-500, not as {text[:40]!r}")
    return Serials(int(found[1]), int(found[2]))
