"""Redis and Valkey as brokers: one server, or several behind sentinels."""

from collections.abc import Iterator
from itertools import repeat
from ssl import CERT_REQUIRED
from typing import Any

from kombu.transport.redis import Channel
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError
from redis.retry import Retry

from formdigits.broker.address import has_tls
from formdigits.broker.transport import ANSWER_WITHIN_S, TakesNothing
from formdigits.settings import Settings

Channel.do_restore = False
"""What was taken is not given back, for the sweep sends it again; what it cannot give back kombu writes into a file."""

FULL = 0.95
"""Share of the allowed memory from which no new jobs are taken: what runs needs room for its messages."""
SENTINEL_ANSWERS_WITHIN_S = 0.3
"""So short that the next one can be asked in time."""


class OnRedis:
    """One server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def celery_settings(self) -> dict[str, Any]:
        made: dict[str, Any] = {"broker_transport_options": self._options()}
        if has_tls(self._settings):
            made["broker_use_ssl"] = {"ssl_cert_reqs": CERT_REQUIRED}  # kombu's default takes any certificate
        return made

    def sender_options(self) -> dict[str, Any]:
        quick = {"socket_timeout": ANSWER_WITHIN_S, "socket_connect_timeout": ANSWER_WITHIN_S / 2, "max_retries": 0}
        return self._options() | quick

    def limit(self, connection: Any) -> None:
        """Done by the options."""

    def n_waiting(self, connection: Any, queue: str) -> int:
        # Declaring the queue passively would be the general way; on Redis that forgets the key prefix.
        with connection.default_channel.conn_or_acquire() as client:
            waiting: int = client.llen(queue)
        return waiting

    def check(self, connection: Any) -> None:
        with connection.default_channel.conn_or_acquire() as client:
            client.set("written", 1)  # a full disk and missing replicas show only when something is written
            try:
                memory = client.info("memory")
            except NoPermissionError:
                return  # an account with no more rights than Celery needs; then the writing shows it
        limit = memory["maxmemory"]
        if limit and memory["used_memory"] >= FULL * limit:
            raise TakesNothing(f"the broker's memory is full: {memory['used_memory']} of {limit} bytes")

    def _options(self) -> dict[str, Any]:
        return {
            # Acknowledged in memory alone.  Kept on the server, an acknowledgement that fails when the server goes down
            # leaves its worker deaf for ever; and what a killed worker held is sent again by the sweep, much sooner.
            "ack_emulation": False,
            "socket_timeout": 10,
            "socket_connect_timeout": 1,
            "health_check_interval": 10,  # a worker on a link that swallows everything notices within about 20 s
            "global_keyprefix": "formdigits:",  # others may use the server too
            "max_retries": 2,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.2,
        }


class OnSentinel(OnRedis):
    """The one of several servers that the sentinels say is the master."""

    def celery_settings(self) -> dict[str, Any]:
        # The transport asks all sentinels itself; going on to the next address would lose the password in the first.
        return super().celery_settings() | {"broker_failover_strategy": _stay}

    def _options(self) -> dict[str, Any]:
        to_sentinel = {
            "password": self._settings.broker_sentinel_password or None,
            "socket_timeout": SENTINEL_ANSWERS_WITHIN_S,
            "socket_connect_timeout": SENTINEL_ANSWERS_WITHIN_S,
            "retry": Retry(NoBackoff(), 0),  # the next one is the better second try
        }
        return super()._options() | {
            "master_name": self._settings.broker_sentinel_master,
            "sentinel_kwargs": to_sentinel,
        }


def _stay(servers: list[str]) -> Iterator[str]:
    return repeat(servers[0])
