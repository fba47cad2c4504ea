"""Looks for overdue chunks: what a killed worker or a lost message leaves behind is handed out again."""

import time
from collections import Counter

import structlog

from formdigits.broker import Broker
from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger
from formdigits.messages import TRAIN_QUEUE
from formdigits.settings import Settings
from worker.identity import is_alive, name_prefix

log = structlog.get_logger(__name__)


class Sweeper:
    """Every worker has one; the ledger keeps them out of each other's way."""

    def __init__(self, ledger: Ledger, broker: Broker, settings: Settings) -> None:
        self._ledger = ledger
        self._broker = broker
        self._settings = settings
        self.turned_at = time.monotonic()
        """When the latest round began."""
        self.backlog_since: float | None = None
        """Since when every look has found messages in the queue; None when the latest one did not, or failed."""
        self.counts: Counter[str] = Counter()
        """What was done so far; `worker/health.py` shows it."""

    def round(self) -> None:
        """Sweep once and count how it ended; what it leaves has time until the next one."""
        self.turned_at = time.monotonic()
        try:
            n_sent = self.sweep()
        except ServerUnreachable:
            self.backlog_since = None
            self.counts["put_off"] += 1
            raise
        except Exception:
            self.counts["failed"] += 1
            raise
        self.counts["swept"] += 1
        if n_sent:
            log.info("overdue chunks handed out again", n_chunks=n_sent)

    def sweep(self) -> int:
        """Sweep once, and return how many messages were sent."""
        n_released = self._ledger.release_dead(name_prefix(), is_alive)
        if n_released:
            self.counts["chunks_released"] += n_released
            log.warning("processes died while they read", n_chunks=n_released)
        messages = self._ledger.sweep(
            max_attempts=self._settings.max_attempts,
            resend_after_s=self._settings.resend_after_s,
            queue_is_empty=self._queue_is_empty(),
            window=self._settings.window_messages,
        )
        self._broker.send_read(messages)
        self.counts["messages_sent"] += len(messages)
        self._send_lost_retrain()
        return len(messages)

    def _send_lost_retrain(self) -> None:
        if self._broker.n_waiting(TRAIN_QUEUE) == 0:
            retrain = self._ledger.overdue_retrain(resend_after_s=self._settings.resend_after_s)
            if retrain is not None:
                self._broker.send_retrain(retrain)

    def _queue_is_empty(self) -> bool:
        if self._broker.n_waiting() == 0:
            self.backlog_since = None
            return True
        self.backlog_since = self.backlog_since or time.monotonic()
        return False
