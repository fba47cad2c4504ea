"""What the code on a printed page says: which form it is, which page of it, and which copy."""

import re
from typing import NamedTuple

SHAPE = re.compile(
    r"(?P<ref>[a-z][a-z0-9-]{0,39}@[1-9][0-9]{0,3})(#(?P<page>[1-9][0-9]?))?(/(?P<serial>[0-9A-Za-z-]{1,24}))?"
)


class PageIdentity(NamedTuple):
    """One printed page: `card@1`, `card@1#2`, `card@1/000123` or `card@1#2/000123`."""

    ref: str
    """Name and version of the form, as `name@version`."""
    page: int = 1
    """Which page of the form, from 1; the first one is not written out."""
    serial: str | None = None
    """The number of this copy: letters, digits and hyphens, 24 at most."""

    @property
    def text(self) -> str:
        """What the code says."""
        page = f"#{self.page}" if self.page > 1 else ""
        return f"{self.ref}{page}" + (f"/{self.serial}" if self.serial else "")


def parse(text: str) -> PageIdentity | None:
    """What a code's text says of its page, or None where it is a code of something else."""
    found = SHAPE.fullmatch(text)
    return PageIdentity(found["ref"], int(found["page"] or 1), found["serial"]) if found else None
