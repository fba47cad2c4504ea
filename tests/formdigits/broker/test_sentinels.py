"""A master that dies: the sentinels choose another, and sending goes on there."""

import signal
import socket
from contextlib import ExitStack

import pytest

from formdigits.broker import Broker
from formdigits.errors import ServerUnreachable
from formdigits.settings import Settings
from tests.formdigits.broker.examples import eventually, message, soon
from tests.sentinels import Sentinels


@pytest.fixture
def sentinels():
    with Sentinels() as running:
        yield running


@pytest.fixture
def broker(sentinels):
    made = Broker(sentinels.settings())
    yield made
    made.close()


def takes_a_message(broker) -> bool:
    try:
        with soon():
            broker.send_read([message()])
    except ServerUnreachable:
        return False
    return True


def test_sending_goes_on_with_the_replica_that_became_master(sentinels, broker):
    broker.send_read([message()])
    first = sentinels.master()

    sentinels.kill(first)
    with pytest.raises(ServerUnreachable):
        broker.send_read([message()])

    eventually(lambda: takes_a_message(broker))
    assert sentinels.master() != first
    assert sentinels.n_messages(sentinels.master(), "read") == broker.n_waiting() >= 1
    sentinels.kill(sentinels.sentinels[0])
    assert Broker(sentinels.settings()).state().value == "ok"


def test_a_master_that_was_replaced_while_it_stood_still_gets_no_more_messages(sentinels, broker):
    broker.send_read([message()])
    first = sentinels.master()
    sentinels.signal(first, signal.SIGSTOP)
    eventually(lambda: takes_a_message(broker))
    sentinels.signal(first, signal.SIGCONT)

    broker.send_read([message()])

    assert sentinels.master() != first
    assert sentinels.n_messages(sentinels.master(), "read") == broker.n_waiting() >= 2


def test_sentinels_that_say_nothing_are_named_quickly():
    with ExitStack() as stack:
        deaf = [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(3)]
        addresses = ";".join(f"sentinel://127.0.0.1:{port}" for port in deaf)
        broker = Broker(Settings(broker_url=addresses, broker_sentinel_master="formdigits"))

        with soon(), pytest.raises(ServerUnreachable, match="does not answer"):
            broker.send_read([message()])
        with soon():
            assert broker.state().value == "down"
