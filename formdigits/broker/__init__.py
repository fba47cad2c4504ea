"""The broker: messages on their way, on Redis, Redis Sentinel or RabbitMQ.  Losing one delays a chunk, nothing more."""

from formdigits.broker.configuration import make_celery
from formdigits.broker.sending import Broker, BrokerState

__all__ = ["Broker", "BrokerState", "make_celery"]
