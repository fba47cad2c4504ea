"""Waiting for what must come."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], within_s: float, *, every_s: float = 0.02) -> Found:
    """Return what is true as soon as it is, for it may not stay so; fail when that takes too long."""
    give_up_at = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < give_up_at, f"not within {within_s} s"
        time.sleep(every_s)
    return found
