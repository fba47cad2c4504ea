"""What is different from one kind of broker to the next."""

from typing import Any, Protocol

from formdigits.errors import BrokerUnavailable
from formdigits.settings import Settings

ANSWER_WITHIN_S = 1.0
"""How long a sender waits for the broker: longer, and the page hangs where it could say that the broker is down."""


class TakesNothing(BrokerUnavailable):
    """Raised when the broker answers, but takes no messages."""


class Transport(Protocol):
    """One kind of broker.

    Questions go over a connection of Celery's pool; what they raise is the library's.
    """

    def __init__(self, settings: Settings) -> None: ...

    def celery_settings(self) -> dict[str, Any]:
        """What Celery must know of it, in every program."""

    def sender_options(self) -> dict[str, Any]:
        """Transport options of those who only send, and must not wait."""

    def limit(self, connection: Any) -> None:
        """Let nothing on this connection of a sender take long."""

    def n_waiting(self, connection: Any, queue: str) -> int:
        """How many messages wait in a queue."""

    def check(self, connection: Any) -> None:
        """Raise TakesNothing when no message is taken now."""
