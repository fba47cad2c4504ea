"""The one place where Celery is configured.  A message is a hint: losing one delays a chunk, the ledger loses nothing.

Reasons for the settings are measurements on Celery 5.7 with Redis: a worker killed between taking a message and
acknowledging it loses the message whatever is set, so nothing here tries to make the queue itself reliable.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from formdigits.errors import ServerUnreachable
from formdigits.messages import READ_PAGES, READ_QUEUE, RETRAIN, TRAIN_QUEUE, Message, ReadPages, Retrain
from formdigits.settings import Settings

RETRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
"""A broker that is down is given up within about a second; the ledger has the job, and the sweep sends it later."""
CONNECTION_FAILURES = (OperationalError, ConnectionError, TimeoutError, OSError)


def make_celery(settings: Settings, *, include: Sequence[str] = ()) -> Celery:
    """Make the Celery application of one program.

    Args:
        settings: where the broker is, and how long things may take.
        include: modules with the program's tasks.
    """
    app = Celery("formdigits", broker=settings.celery_broker_url, include=list(include))
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
        task_publish_retry_policy=RETRIES,
        worker_prefetch_multiplier=1,
        worker_pool_start_method="spawn",  # TensorFlow hangs in a process forked after it was imported
        worker_proc_alive_timeout=120,  # a process counts as started when its network is loaded and warm
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_soft_shutdown_timeout=10,
        worker_hijack_root_logger=False,
        worker_send_task_events=settings.task_events,
        task_send_sent_event=settings.task_events,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
    )
    if "redis" in settings.celery_broker_url.partition(":")[0]:
        app.conf.broker_transport_options = {
            "visibility_timeout": settings.visibility_timeout_s,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 1,
            "health_check_interval": 10,
            "global_keyprefix": "formdigits:",
            **RETRIES,
        }
    return app


class Broker:
    """What the page and the workers ask of the broker.

    Every method raises ServerUnreachable when the broker does not answer.
    """

    def __init__(self, settings: Settings, *, app: Celery | None = None) -> None:
        self._app = app or make_celery(settings)

    def send_read(self, messages: Sequence[ReadPages]) -> None:
        """Send chunks to the workers."""
        self._send(READ_PAGES, messages)

    def send_retrain(self, message: Retrain) -> None:
        """Send a retrain to the trainer."""
        self._send(RETRAIN, [message])

    def n_waiting(self) -> int:
        """How many chunks wait in the queue that no worker has taken."""
        with _errors_named(), self._app.connection_for_write() as connection:
            # Declaring the queue passively would be the public way; on Redis that forgets the key prefix.
            waiting: int = connection.default_channel._size(READ_QUEUE)  # noqa: SLF001
        return waiting

    def ping(self) -> None:
        """Return when the broker answers."""
        with _errors_named(), self._app.connection_for_write() as connection:
            connection.ensure_connection(**RETRIES)

    def _send(self, name: str, messages: Sequence[Message]) -> None:
        if not messages:
            return
        with _errors_named(), self._app.producer_pool.acquire(block=True, timeout=5) as producer:
            for message in messages:
                body: dict[str, Any] = message.model_dump(mode="json")
                self._app.send_task(name, kwargs={"message": body}, producer=producer)


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except CONNECTION_FAILURES as error:
        raise ServerUnreachable("the broker does not answer; is it running?  See `formdigits doctor`") from error
