"""Whether a trainer is live and ready, and the port where its main process says so."""

import time
from collections.abc import Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from formdigits.errors import ServerUnreachable
from formdigits.rounds import Rounds

BEAT_EVERY_S = 5.0
"""How often the loop that takes messages has to say that it turns."""
STUCK_AFTER_S = 60.0
"""How long the loop may stand still beside a broker that answers; it stands still for as long as that does not."""


class Answering(Protocol):
    """What health needs of the broker."""

    def ping(self) -> None: ...


class Listing(Protocol):
    """What health needs of the ledger."""

    def retrains(self) -> object: ...


class Health:
    """Judges a trainer by the loop of its main process: the process that trains is busy for an hour at a time."""

    def __init__(self, broker: Answering, clock: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._clock = clock
        self._ledger: Listing | None = None
        self._beat_at = self._fine_at = clock()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        age = Gauge(
            "formdigits_trainer_beat_age_seconds",
            "Since when the loop that takes messages has not turned.",
            registry=self._registry,
        )
        age.set_function(lambda: self._clock() - self._beat_at)

    def started(self, ledger: Listing) -> None:
        """The trainer listens."""
        self._ledger = ledger
        self.beat()

    def beat(self) -> None:
        """The loop turns."""
        self._beat_at = self._fine_at = self._clock()

    def look(self) -> None:
        """Note when it is not the loop's fault that it does not turn.  To be called every few seconds."""
        if self._ledger is None or (self._clock() - self._beat_at > 2 * BEAT_EVERY_S and not self._broker_answers()):
            self._fine_at = self._clock()

    def look_forever(self) -> None:
        """Look in the background for as long as the process lives."""
        Rounds(self.look, name="health", every_s=BEAT_EVERY_S).start()

    def live(self) -> str | None:
        """Why the trainer should be started again."""
        stuck_s = self._clock() - self._fine_at
        return f"the loop has not turned for {stuck_s:.0f} s" if stuck_s > STUCK_AFTER_S else None

    def ready(self) -> str | None:
        """Why nothing can be trained here."""
        if self._ledger is None:
            return "starting"
        self._ledger.retrains()
        self._broker.ping()
        return None

    def metrics(self) -> bytes:
        return generate_latest(self._registry)

    def _broker_answers(self) -> bool:
        try:
            self._broker.ping()
        except ServerUnreachable:
            return False
        return True
