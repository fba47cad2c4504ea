"""Waiting for what must come."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], within_s: float, *, every_s: float = 0.02) -> None:
    """Return when it is true; fail when that takes too long."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, f"not within {within_s} s"
        time.sleep(every_s)
