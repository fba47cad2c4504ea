"""The bell: sends the next messages in the background, once for all jobs that were submitted meanwhile."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

from formdigits.errors import ServerUnreachable

APART_S = 0.04
"""Time between two answers.  Where hundreds of small jobs come in a second, several travel in one message; who comes to
an idle formdigits waits for nothing."""

log = structlog.get_logger()


class Bell:
    """Rings at the broker for those who do not wait for it: whoever submits has the ledger's word already.

    Args:
        send: hands out what may be read next, and sends it.  Where that fails, the workers' sweep does it later.
    """

    def __init__(self, send: Callable[[], object]) -> None:
        self._send = send
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bell")
        self._lock = Lock()
        self._rung = False
        self._answered_at_s = 0.0

    def ring(self) -> None:
        """Have messages sent soon."""
        with self._lock:
            if self._rung:
                return
            self._rung = True
        self._thread.submit(self._answer_soon)

    def answer(self) -> None:
        """Send now; a ring from here on is answered anew."""
        with self._lock:
            self._rung = False
        try:
            self._send()
        except ServerUnreachable as error:
            log.warning("messages wait for the sweep", reason=str(error))
        except Exception:
            log.exception("messages wait for the sweep")

    def _answer_soon(self) -> None:
        time.sleep(max(0.0, self._answered_at_s + APART_S - time.monotonic()))
        self._answered_at_s = time.monotonic()
        self.answer()
