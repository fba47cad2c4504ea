"""What every part of the client stands on: a connection to one page, and the folders whose scans it reads itself."""

import os
from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import Self, TypeVar

import httpx

from submit_ui.connection import Connection

FilePath = str | os.PathLike[str]
POLL_S = (0.02, 0.5)
SHARE_OF_WAIT = 0.05
"""A short job is seen to end at once, and a long one is not asked about all the time: its end is seen late by at most
this share of the time that it took."""

T = TypeVar("T")


class Client:
    """Talks to the page over its JSON API."""

    def __init__(
        self, url: str, token: str, *, scan_roots: Sequence[FilePath] = (), transport: httpx.BaseTransport | None = None
    ) -> None:
        """Scans under `scan_roots` are named by path and not uploaded; `transport` takes the place of the network."""
        self._page = Connection(url, token, transport)
        self._roots = tuple(scan_roots)

    @property
    def url(self) -> str:
        return self._page.url

    def tell_waits(self, on_wait: Callable[[str], None]) -> None:
        """Have `on_wait` called with a sentence when the server asked to try again later."""
        self._page.on_wait = on_wait

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()


def poll(ask: Callable[[], T], timeout_s: float | None) -> Iterator[T]:
    """Ask, often at first, then less often, until the time is over."""
    began_at = monotonic()
    least_s, most_s = POLL_S
    while True:
        yield ask()
        waited_s = monotonic() - began_at
        if timeout_s is not None and waited_s > timeout_s:
            return
        sleep(min(most_s, max(least_s, SHARE_OF_WAIT * waited_s)))
