"""Work that comes again every few seconds or hours, in the background of a program."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

from formdigits.errors import ServerUnreachable

LONGEST_END_S = 10.0

log = structlog.get_logger(__name__)


class Rounds:
    """A thread that goes round and round: a round that fails stands in the log, and the next one comes all the same.

    Args:
        work: one round; True where the next one is to follow at once.
        name: what is done, as the log says it.
        every_s: the pause before each round.
    """

    def __init__(self, work: Callable[[], bool | None], *, name: str, every_s: float) -> None:
        self._work = work
        self._name = name
        self._every_s = every_s
        self._stopped = Event()
        self._thread = Thread(target=self._go_round, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no other round, and return when the one under way is done; one that takes long is not waited for."""
        self._stopped.set()
        self._thread.join(timeout=LONGEST_END_S)

    def _go_round(self) -> None:
        follows_at_once: bool | None = False
        while not self._stopped.wait(0 if follows_at_once else self._every_s):
            follows_at_once = self._work_once()

    def _work_once(self) -> bool | None:
        try:
            return self._work()
        except ServerUnreachable as error:
            log.warning("round put off", work=self._name, reason=str(error))
        except Exception:
            log.exception("round failed", work=self._name)
        return False
