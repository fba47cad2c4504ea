"""RabbitMQ as broker, with quorum queues: a confirmed message survives the loss of a minority of the servers."""

from ssl import CERT_REQUIRED
from typing import Any

from amqp import Message
from amqp.exceptions import NotFound

from formdigits.broker.address import addresses, has_tls
from formdigits.broker.transport import ANSWER_WITHIN_S, TakesNothing
from formdigits.messages import READ_QUEUE, TRAIN_QUEUE
from formdigits.settings import Settings

HEARTBEAT_S = 10
"""A link that swallows everything is noticed after two of them; Celery's own two minutes would leave a worker deaf."""
MOST_DELIVERIES = 5
"""RabbitMQ drops a message that so many workers died with; the ledger counts attempts, and sends it again."""
NOWHERE = "formdigits.nowhere"
"""No queue has this name: a message to it is confirmed, and gone."""
QUORUM = {"queue_arguments": {"x-queue-type": "quorum", "x-delivery-limit": MOST_DELIVERIES}}


class OnRabbitmq:
    """One server or a cluster of them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def celery_settings(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "task_queues": {READ_QUEUE: QUORUM, TRAIN_QUEUE: QUORUM},
            "broker_heartbeat": HEARTBEAT_S,
            "worker_consumer": "formdigits.broker.consumer:Consumer",
        }
        if has_tls(self._settings):
            # py-amqp's default takes the certificate of any name; None stands for the one in the address.
            made["broker_use_ssl"] = {"cert_reqs": CERT_REQUIRED, "server_hostname": None}
        return made

    def sender_options(self) -> dict[str, Any]:
        return {
            "confirm_publish": True,  # unconfirmed, a message to a broker that is going down is lost in silence
            "on_blocked": _take_nothing,
            "max_retries": self._more_servers(),
            "interval_start": 0,
        }

    def limit(self, connection: Any) -> None:
        connection.ensure_connection(max_retries=self._more_servers(), interval_start=0)
        # The socket's own limit: py-amqp reads again when its read_timeout is over.
        connection.connection.sock.settimeout(ANSWER_WITHIN_S)

    def n_waiting(self, connection: Any, queue: str) -> int:
        with connection.channel() as channel:  # one of its own: RabbitMQ closes it where there is no such queue
            try:
                waiting: int = channel.queue_declare(queue, passive=True).message_count
            except NotFound:
                return 0
        return waiting

    def check(self, connection: Any) -> None:
        connection.default_channel.basic_publish(Message(""), routing_key=NOWHERE)
        # The first message on a connection is always taken; a broker in need reads nothing that comes after it.
        self.n_waiting(connection, READ_QUEUE)

    def _more_servers(self) -> int:
        return len(addresses(self._settings)) - 1


def _take_nothing(_reason: str) -> None:
    raise TakesNothing("the broker takes no messages: it is short of memory or disk")
