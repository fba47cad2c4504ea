"""The intake: whether more pages are taken right now.  Looked at in the background, so that a submit never hangs."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Lock
from typing import NamedTuple, Protocol

from formdigits.errors import BrokerUnavailable, Overloaded, ServerUnreachable

LOOK_EVERY_S = 1.0
OLD_AFTER_S = 5.0
"""A look that is older says that the next one hangs, or that nobody asked for a while."""
LONGEST_LOOK_S = 2.0


class BrokerState(Protocol):
    """What the broker says of itself."""

    @property
    def value(self) -> str:
        """`ok`, `down` or `full`."""

    @property
    def sentence(self) -> str: ...


class Look(NamedTuple):
    """What was seen at one moment."""

    at_s: float
    broker: BrokerState
    n_waiting: int


class Intake:
    """Says no before anything is written, where it would only lie there.

    Args:
        ask_broker: how the broker is; answers within about a second.
        count_waiting: pages of all jobs that have not ended.
        most_waiting: so many of these may there be; 0 for any number.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        ask_broker: Callable[[], BrokerState],
        count_waiting: Callable[[], int],
        *,
        most_waiting: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask_broker = ask_broker
        self._count_waiting = count_waiting
        self._most_waiting = most_waiting
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._lock = Lock()
        self._looking: Future[None] | None = None
        self._began_at_s = 0.0
        self._last: Look | None = None
        self._n_admitted = 0

    def admit(self, n_pages: int) -> None:
        """Return when so many more pages are taken.

        Raises:
            BrokerUnavailable: the broker is down or full.
            Overloaded: too many pages wait already.
        """
        seen = self._recent_look()
        if seen is None:
            raise BrokerUnavailable("no job is taken for now: the broker does not answer; see `formdigits doctor`")
        if seen.broker.value != "ok":
            raise BrokerUnavailable(f"no job is taken for now: {seen.broker.sentence}")
        with self._lock:
            n_waiting = seen.n_waiting + self._n_admitted
            if self._most_waiting and n_waiting + n_pages > self._most_waiting:
                raise Overloaded(
                    f"{n_waiting:,} pages wait of at most {self._most_waiting:,}; try again when some are read"
                )
            self._n_admitted += n_pages

    def look(self) -> None:
        """Ask the broker, and count what waits where that matters."""
        broker = self._ask_broker()
        n_waiting = self._last.n_waiting if self._last else 0
        with suppress(ServerUnreachable):  # the ledger says so itself when the job is written
            n_waiting = self._count_waiting() if self._most_waiting else 0
        with self._lock:
            self._last, self._n_admitted = Look(self._clock(), broker, n_waiting), 0

    def _recent_look(self) -> Look | None:
        """What was seen last; a no is waited for anew, a yes only where it is too old, and never a look that hangs."""
        now_s = self._clock()
        with self._lock:
            if self._looking is None or (self._looking.done() and now_s - self._began_at_s >= LOOK_EVERY_S):
                self._looking, self._began_at_s = self._thread.submit(self.look), now_s
            looking, took_s = self._looking, now_s - self._began_at_s
        if self._is_old() or (self._last and self._last.broker.value != "ok"):
            wait([looking], max(0.0, LONGEST_LOOK_S - took_s))
        return None if self._is_old() else self._last

    def _is_old(self) -> bool:
        return self._last is None or self._clock() - self._last.at_s > OLD_AFTER_S
