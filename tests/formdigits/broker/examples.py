"""Messages that the tests send, and how long a sender may take."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from formdigits.messages import Chunk, PageRef, ReadPages

LONGEST_S = 3
"""Far above the second that is promised, for a busy machine, and far below what the libraries take by themselves."""


def message(chunk_id: int = 1) -> ReadPages:
    pages = (PageRef(number=1, path="/scans/1.png"),)
    return ReadPages(chunks=(Chunk(job_id="j", chunk_id=chunk_id, form="card@1", max_error=0.001, pages=pages),))


@contextmanager
def soon() -> Iterator[None]:
    """Fail when what is inside waits for the broker longer than a person would."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < LONGEST_S


def eventually(condition: Callable[[], bool], within_s: float = 30) -> None:
    """Return when it is true; fail when that takes too long."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, f"not within {within_s} s"
        time.sleep(0.1)
