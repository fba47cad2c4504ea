"""The one place where Celery is configured.  A message is a hint: losing one delays a chunk, the ledger loses nothing.

Reasons for the settings are measurements on Celery 5.7 with Redis: a worker killed between taking a message and
acknowledging it loses the message whatever is set, so nothing here tries to make the queue itself reliable.
"""

from collections.abc import Sequence
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu.connection import Connection

from formdigits.broker.address import Kind, addresses, kind_of
from formdigits.broker.on_rabbitmq import OnRabbitmq
from formdigits.broker.on_redis import OnRedis, OnSentinel
from formdigits.broker.transport import ANSWER_WITHIN_S, Transport
from formdigits.messages import READ_PAGES, READ_QUEUE, RETRAIN, TRAIN_QUEUE
from formdigits.settings import Settings

TRANSPORTS: dict[Kind, type[Transport]] = {"redis": OnRedis, "sentinel": OnSentinel, "rabbitmq": OnRabbitmq}


class SoonConnected(Connection):
    """Looks again for a broker that is gone every two seconds; the library comes to wait half a minute."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        often = {"interval_start": 1, "interval_max": 2, **options}
        return super().ensure_connection(*args, **often)  # type: ignore[no-untyped-call]


class SoonAgain(AMQP):  # type: ignore[misc]
    """Celery's way to the broker, with such connections."""

    Connection = SoonConnected


def make_celery(settings: Settings, *, include: Sequence[str] = ()) -> Celery:
    """Make the Celery application of one program.

    Args:
        settings: where the broker is, and how long things may take.
        include: modules with the program's tasks.

    Raises:
        BadRequest: the broker's address is none that can be used.
    """
    return _make_celery(settings, transport_of(settings), include)


def make_sender(settings: Settings, transport: Transport) -> Celery:
    """The same for programs that only send: they give up within about a second."""
    app = _make_celery(settings, transport, include=())
    app.conf.update(
        task_publish_retry=False,  # `Broker` tries again itself, within its time
        broker_connection_timeout=ANSWER_WITHIN_S / len(addresses(settings)),
        broker_transport_options=transport.sender_options(),
    )
    return app


def transport_of(settings: Settings) -> Transport:
    """What knows the kind of broker that the settings name."""
    return TRANSPORTS[kind_of(settings)](settings)


def _make_celery(settings: Settings, transport: Transport, include: Sequence[str]) -> Celery:
    app = Celery("formdigits", broker=settings.celery_broker_url, amqp=SoonAgain, include=list(include))
    app.conf.update(
        result_backend=None,  # the ledger keeps results; a backend halves the rate of sending
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],  # pickle would run code for anyone who can write to the broker
        task_queues={READ_QUEUE: {}, TRAIN_QUEUE: {}},
        task_default_queue=READ_QUEUE,
        task_routes={READ_PAGES: {"queue": READ_QUEUE}, RETRAIN: {"queue": TRAIN_QUEUE}},
        task_acks_late=True,
        task_reject_on_worker_lost=False,  # attempts are counted in the ledger; requeueing has no limit
        task_time_limit=settings.time_limit_s,
        task_soft_time_limit=max(1, settings.time_limit_s - 5),
        worker_prefetch_multiplier=1,
        worker_pool_start_method="spawn",  # TensorFlow hangs in a process forked after it was imported
        worker_proc_alive_timeout=120,  # a process counts as started when its network is loaded and warm
        # In KB and twice what a reading process needs.  Native code keeps what it once took; a new process does not.
        worker_max_memory_per_child=1_500_000,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_soft_shutdown_timeout=10,
        worker_hijack_root_logger=False,
        worker_send_task_events=settings.task_events,
        task_send_sent_event=settings.task_events,
        worker_enable_remote_control=False,  # whoever can write to its queues could give workers orders
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
    )
    app.conf.update(transport.celery_settings())
    return app
