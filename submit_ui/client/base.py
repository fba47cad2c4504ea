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
"""A short job is seen to end at once, and a long one is not asked about all the time: while nothing is known of how far
it is, its end is seen late by at most this share of the time that it took."""
SHARE_OF_REST = 0.5
"""Where it is known how far it is, half of what is left of it at that speed goes by between two looks."""
STANDS_STILL = 0.01
"""But at least this share of the time that it took so far: the last of it may take longer than all that went before."""

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


def poll(
    ask: Callable[[], T], timeout_s: float | None, share_done: Callable[[T], float] = lambda _answer: 0.0
) -> Iterator[T]:
    """Ask until the time is over, seldom where much is left, and often where the end is near.

    Args:
        ask: gives an answer.
        timeout_s: how long; None for as long as the caller goes on.
        share_done: how much of the whole an answer says is done, 0 to 1; 0 where that is not known.
    """
    began_at = monotonic()
    while True:
        answer = ask()
        yield answer
        waited_s = monotonic() - began_at
        if timeout_s is not None and waited_s > timeout_s:
            return
        sleep(pause_s(waited_s, share_done(answer)))


def pause_s(waited_s: float, share_done: float) -> float:
    """How long not to ask about something that so much is known to be done of after so long."""
    least_s, most_s = POLL_S
    wanted_s = SHARE_OF_WAIT * waited_s
    if share_done > 0:
        rest_s = waited_s * (1 - share_done) / share_done
        wanted_s = max(SHARE_OF_REST * rest_s, STANDS_STILL * waited_s)
    return min(most_s, max(least_s, wanted_s))
