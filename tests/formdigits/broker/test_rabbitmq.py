"""What goes into RabbitMQ's quorum queues, and what happens when it takes nothing; on a real server."""

import json
import signal
from contextlib import suppress

import amqp
import pytest

from formdigits.broker import Broker
from formdigits.errors import ServerUnreachable
from formdigits.messages import READ_QUEUE, Retrain
from formdigits.settings import Settings
from tests.formdigits.broker.examples import message, soon

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
def broker(rabbitmq):
    with amqp.Connection(f"127.0.0.1:{rabbitmq.port}") as connection, suppress(amqp.NotFound):
        connection.channel().queue_purge(READ_QUEUE)
    made = Broker(Settings(broker_url=rabbitmq.url))
    yield made
    made.close()


def test_a_chunk_waits_in_a_queue_that_survives_a_server(broker, rabbitmq):
    broker.send_read([message(), message(2)])

    with amqp.Connection(f"127.0.0.1:{rabbitmq.port}") as connection:
        first = connection.channel().basic_get(READ_QUEUE)
        with pytest.raises(amqp.PreconditionFailed, match="quorum"):
            connection.channel().queue_declare(READ_QUEUE, durable=True, auto_delete=False)
    _, arguments, _ = json.loads(first.body)
    assert arguments["message"]["chunks"][0]["chunk_id"] == 1


def test_the_waiting_are_counted_also_before_there_is_a_queue(broker, rabbitmq):
    with amqp.Connection(f"127.0.0.1:{rabbitmq.port}") as connection:
        connection.channel().queue_delete(READ_QUEUE)
    before = broker.n_waiting()

    broker.send_read([message(), message(2)])
    broker.send_retrain(Retrain(retrain_id=1))

    assert before == 0
    assert broker.n_waiting() == 2


def test_a_server_short_of_memory_is_full_until_it_has_some(broker, rabbitmq):
    broker.send_read([message()])
    rabbitmq.control("set_vm_memory_high_watermark", "0.0000001")

    with soon():
        full = broker.state()
    with soon(), pytest.raises(ServerUnreachable, match="takes no messages"):
        broker.send_read([message(2)] * 2)

    rabbitmq.control("set_vm_memory_high_watermark", "0.4")
    broker.send_read([message(3)])
    assert full.value == "full"
    assert broker.n_waiting() >= 2


def test_a_silent_server_is_named_quickly_and_taken_up_again(broker, rabbitmq):
    broker.ping()
    rabbitmq.signal(signal.SIGSTOP)

    try:
        with soon(), pytest.raises(ServerUnreachable, match="does not answer"):
            broker.send_read([message()])
        with soon():
            silent = broker.state()
    finally:
        rabbitmq.signal(signal.SIGCONT)

    broker.send_read([message(2)])
    assert silent.value == "down"
    assert broker.n_waiting() >= 1
