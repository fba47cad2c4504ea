"""How times, shares and codes are written for people."""

import math
import time
from datetime import UTC, datetime


def ago(epoch_s: float | None) -> str:
    """How long ago, in one unit."""
    if epoch_s is None:
        return ""
    seconds = max(0, time.time() - epoch_s)
    for unit_s, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit_s:
            return f"{seconds // unit_s:.0f} {unit} ago"
    return "just now" if seconds < 10 else f"{seconds:.0f} s ago"


def utc(epoch_s: float | None) -> str:
    """Date and time, for a title beside `ago`."""
    return "" if epoch_s is None else f"{datetime.fromtimestamp(epoch_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def percent(share: float | None) -> str:
    """A share, rounded down: 99.999 % is not 100 %."""
    return "" if share is None else f"{math.floor(share * 10_000 + 1e-9) / 100:.2f} %"


def spaced(code: str) -> str:
    """`no_marks` as people write it."""
    return code.replace("_", " ")


def thousands(number: int) -> str:
    """Digits in groups of three, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def when(iso_time: str) -> str:
    """An ISO time to the minute."""
    return iso_time[:16].replace("T", " ")


FILTERS = {"ago": ago, "utc": utc, "percent": percent, "spaced": spaced, "thousands": thousands, "when": when}
