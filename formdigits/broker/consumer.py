"""How a worker takes messages from RabbitMQ: as Celery does it, but without what is there for delays alone."""

from celery.worker import consumer


class Consumer(consumer.Consumer):  # type: ignore[misc]
    """Makes no queues for delays, which nobody here asks for: Celery makes 28 wherever it sees a quorum queue."""

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc]
        """The steps of its start."""

        default_steps = [  # noqa: RUF012 Celery wants a list
            step for step in consumer.Consumer.Blueprint.default_steps if not step.endswith(":DelayedDelivery")
        ]
