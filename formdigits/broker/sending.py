"""What the page and the workers ask of the broker, and never wait long for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, NamedTuple, TypeVar

from kombu.exceptions import KombuError
from redis.exceptions import ResponseError

from formdigits.broker.configuration import make_sender, transport_of
from formdigits.broker.transport import ANSWER_WITHIN_S, TakesNothing
from formdigits.errors import BrokerUnavailable
from formdigits.messages import READ_PAGES, READ_QUEUE, RETRAIN, Message, ReadPages, Retrain
from formdigits.settings import Settings

TRY_AGAIN_WITHIN_S = 0.3
"""A connection that was cut shows at once, and the next one may be there; silence has taken all the time there is."""
PAUSE_S = 0.1
N_CONNECTIONS = 16
"""The page has a thread for each of so many who submit at once."""
ADVICE = "See `formdigits doctor`"
STATE_HOLDS_S = 1.0
"""How long a state is taken for true: thousands of submissions a second ask for it."""


T = TypeVar("T")


@dataclass(frozen=True)
class BrokerState:
    """Whether messages can be sent now."""

    value: Literal["ok", "down", "full"]
    sentence: str


class Look(NamedTuple):
    """A state, and when it was seen."""

    state: BrokerState
    at: float


class Broker:
    """What the page and the workers ask of the broker.

    Every method answers within about a second, whatever became of the broker or the way to it, and raises
    BrokerUnavailable, a ServerUnreachable, when the broker does not answer or takes nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._transport = transport_of(settings)
        self._app = make_sender(settings, self._transport)
        connection = self._app.connection_for_write()
        self._pool = connection.Pool(N_CONNECTIONS)  # not the library's, which all who use the same address share
        self._failures = (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)
        self._looking = Lock()
        self._latest: Look | None = None

    def send_read(self, messages: Sequence[ReadPages]) -> None:
        """Send chunks to the workers."""
        self._send(READ_PAGES, messages)

    def send_retrain(self, message: Retrain) -> None:
        """Send a retrain to the trainer."""
        self._send(RETRAIN, [message])

    def n_waiting(self, queue: str = READ_QUEUE) -> int:
        """How many messages wait in a queue that no worker has taken."""
        return self._ask(lambda connection: self._transport.n_waiting(connection, queue))

    def ping(self) -> None:
        """Return when the broker answers."""
        self.n_waiting()

    def state(self) -> BrokerState:
        """Whether messages can be sent; looked at once a second at most, and raises nothing."""
        latest = self._latest
        if latest is None or time.monotonic() - latest.at > STATE_HOLDS_S:
            latest = self._look_once()
        return latest.state

    def close(self) -> None:
        """Close the connections, which a program keeps as long as it runs."""
        self._pool.force_close_all()

    def _look_once(self) -> "Look":
        """Look, unless somebody else does; what is known by then is good enough for who comes meanwhile."""
        if self._latest is not None and self._looking.locked():
            return self._latest
        with self._looking:
            self._latest = Look(self._look(), time.monotonic())
            return self._latest

    def _look(self) -> BrokerState:
        try:
            self._ask(self._transport.check)
        except TakesNothing as error:
            return BrokerState("full", str(error))
        except BrokerUnavailable as error:
            return BrokerState("down", str(error))
        return BrokerState("ok", "the broker takes messages")

    def _send(self, name: str, messages: Sequence[Message]) -> None:
        if not messages:
            return

        def send(connection: Any) -> None:
            producer = self._app.amqp.Producer(connection, auto_declare=False)
            for message in messages:
                body: dict[str, Any] = message.model_dump(mode="json", exclude_none=True)
                self._app.send_task(name, kwargs={"message": body}, producer=producer)

        self._ask(send)

    def _ask(self, question: Callable[[Any], T]) -> T:
        """Put a question to the broker, once more where the connection was cut; messages may then go twice."""
        give_up_at = time.monotonic() + TRY_AGAIN_WITHIN_S
        while True:
            try:
                return self._ask_once(question)
            except self._failures as error:
                cause = error.__cause__ or error  # kombu wraps what its library raised
                if isinstance(cause, ResponseError):
                    raise TakesNothing(f"the broker refuses to write: {cause}") from error
                if time.monotonic() > give_up_at:
                    name = type(cause).__name__  # no more of it, for an address may hold a password
                    raise BrokerUnavailable(f"the broker does not answer ({name}); is it running?  {ADVICE}") from error
                time.sleep(PAUSE_S)

    def _ask_once(self, question: Callable[[Any], T]) -> T:
        connection = self._pool.acquire(block=True, timeout=ANSWER_WITHIN_S)
        try:
            self._transport.limit(connection)
            return question(connection)
        except BaseException:
            connection.collect()  # what is still under way on it must not be taken for the answer to the next question
            raise
        finally:
            connection.release()
