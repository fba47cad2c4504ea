"""A child process that looks into documents, so that none of them can harm the process of the page.

It may take so much memory and so much time.  When it dies of a document, that document has failed, and the next one
gets a new child.
"""

import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import structlog

from formdigits.errors import UnreadableFile
from formdigits.scan_store import ScanStore, open_scans
from formdigits.settings import Settings
from submit_ui.document_pages import Scan, failed, pages_of
from submit_ui.pictures import Drawn, drawn

Answer = TypeVar("Answer")

TIME_LIMIT_S = 30.0
ZIP_TIME_LIMIT_S = 120.0
TIME_FOR_ALL_S = 300.0
"""For the documents of one request; those that are left then have failed."""
MEMORY_BYTES = 1_500_000_000
"""More than the child has when it starts: the largest page that is decoded takes a third of it."""
AT_ONCE = 32
TRIES = 2
"""The child may have died of something else, while it waited."""

log = structlog.get_logger(__name__)


class DocumentChild:
    """Asks the child, and starts it when it is first needed; threads may share it."""

    def __init__(
        self, settings: Settings, *, time_limit_s: float = TIME_LIMIT_S, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._settings = settings
        self._time_limit_s = time_limit_s
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def pages_of(self, scans: Sequence[Scan]) -> Iterator[list[Scan]]:
        """What becomes of each of these documents, in order.

        Raises:
            StoreUnreachable: they cannot be had for now.
        """
        give_up_at = time.monotonic() + TIME_FOR_ALL_S
        rest = iter(scans)
        while some := list(islice(rest, AT_ONCE)):
            together = [scan for scan in some if not is_zip(scan)]
            found = dict(zip(together, self._pages_of(together, give_up_at), strict=True))
            for scan in some:
                yield found[scan] if scan in found else self._pages_of([scan], give_up_at)[0]

    def take_page(self, address: str) -> bytes:
        """One page of a document, for people to look at.  Raises what `ScanStore.read` raises."""
        return self._ask(read_page, address, limit_s=self._time_limit_s)

    def draw(self, data: bytes, number: int) -> Drawn:
        """A page of a blank form to draw on.  Raises what `drawn` raises."""
        return self._ask(draw_page, (data, number), limit_s=self._time_limit_s)

    def _pages_of(self, scans: Sequence[Scan], give_up_at: float) -> list[list[Scan]]:
        """Ask for several at once, and where the child dies of one of them, one by one."""
        if not scans:
            return []
        limit_s = ZIP_TIME_LIMIT_S if is_zip(scans[0]) else self._time_limit_s
        try:
            left_s = give_up_at - time.monotonic()
            if left_s <= 0:
                raise UnreadableFile("looking into the documents before it took too long; submit it alone")  # noqa: TRY301
            return self._ask(all_pages_of, scans, limit_s=min(limit_s, left_s))
        except UnreadableFile as error:
            if len(scans) == 1:
                return [[failed(scans[0], error)]]
        return [self._pages_of([scan], give_up_at)[0] for scan in scans]

    def _ask(self, function: Callable[[ScanStore, Any], Answer], what: Any, *, limit_s: float) -> Answer:
        for _ in range(TRIES):
            with self._lock:
                began_at = time.monotonic()
                self._pool = self._pool or self._started()
                try:
                    return self._pool.submit(within, limit_s, function, what).result()
                except BrokenProcessPool:
                    self._pool.shutdown(wait=False)
                    self._pool = None
            log.warning("the process that looks into documents died")
            if time.monotonic() - began_at >= limit_s:
                break
        raise UnreadableFile("looking into the document takes too long or too much memory; scan or save it again")

    def _started(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")  # a fork would have the locks of this process's threads
        return ProcessPoolExecutor(1, spawn, initializer=begin, initargs=(self._settings, self._memory_bytes))


def is_zip(scan: Scan) -> bool:
    """Whether it takes its time."""
    return scan.path.lower().endswith(".zip")


# What follows runs in the child.
_stores: list[ScanStore] = []


def begin(settings: Settings, memory_bytes: int) -> None:
    """Make the child ready: nothing that it is about to import counts against its limit."""
    import formdigits.documents.pdf  # noqa: PLC0415
    import formdigits.documents.tiff  # noqa: F401, PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the page
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()
    if sys.platform == "linux":
        most_bytes = in_use_bytes() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _stores.append(open_scans(settings))


def end_with_parent() -> None:
    """End when the page is killed; waiting for the next document would never end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(0)


def in_use_bytes() -> int:
    """Address space of this process."""
    n_blocks = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return n_blocks * resource.getpagesize()


def within(limit_s: float, function: Callable[[ScanStore, Any], Answer], what: Any) -> Answer:
    """Call a function; the kernel ends this process when that takes too long, wherever it is."""
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        return function(_stores[0], what)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def all_pages_of(store: ScanStore, scans: Sequence[Scan]) -> list[list[Scan]]:
    """What becomes of each of these documents."""
    return [pages_of(store, scan) for scan in scans]


def read_page(store: ScanStore, address: str) -> bytes:
    """One page of a document as the bytes of an image."""
    return store.read(address)


def draw_page(_store: ScanStore, page: tuple[bytes, int]) -> Drawn:
    """One page of a file, from 1, as a picture."""
    return drawn(*page)
