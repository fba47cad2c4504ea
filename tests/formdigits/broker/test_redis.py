"""What goes into the broker, and what happens when it takes nothing; on a real Valkey."""

import base64
import json
import os
import signal
import socket
import stat

import pytest

from formdigits.broker import Broker
from formdigits.errors import ServerUnreachable
from formdigits.messages import Retrain
from formdigits.settings import Settings
from tests.formdigits.broker.examples import message, soon
from tests.valkey import embedded, running_broker


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return embedded(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def server(settings):
    with running_broker(settings) as client:
        yield client


@pytest.fixture
def valkey(server):
    server.flushall()
    server.config_set("maxmemory", "256mb")
    return server


@pytest.fixture
def broker(settings, valkey):
    made = Broker(settings)
    yield made
    made.close()


def test_a_chunk_waits_in_the_queue_with_its_image_paths(broker, valkey):
    broker.send_read([message(), message(2)])

    assert broker.n_waiting() == 2
    [first, *_] = valkey.lrange("formdigits:read", -1, -1)
    _, arguments, _ = json.loads(base64.b64decode(json.loads(first)["body"]))
    assert arguments["message"]["chunks"][0]["pages"] == [{"number": 1, "path": "/scans/1.png"}]


def test_a_retrain_waits_in_a_queue_of_its_own(broker, valkey):
    broker.send_retrain(Retrain(retrain_id=1))

    assert valkey.llen("formdigits:train") == 1
    assert broker.n_waiting() == 0


def test_the_broker_keeps_its_messages_in_a_file_behind_a_socket_of_its_owner(settings, valkey):
    assert valkey.config_get("appendonly") in ({b"appendonly": b"yes"}, {"appendonly": "yes"})
    assert stat.S_IMODE(settings.broker_socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.broker_socket.parent.stat().st_mode) == 0o700


def test_one_connection_does_for_all_questions(broker, valkey):
    for _ in range(5):
        broker.n_waiting()
        broker.send_read([message()])
    n_connections = len(valkey.client_list())

    broker.n_waiting()
    broker.ping()

    assert len(valkey.client_list()) == n_connections


def test_a_running_broker_takes_messages(broker):
    assert broker.state().value == "ok"


def test_a_broker_without_memory_is_full_before_it_refuses(broker, valkey):
    for number in range(200):  # beside it, what a connection takes is nothing
        valkey.set(f"ballast-{number}", bytes(100_000))
    valkey.config_set("maxmemory", int(valkey.info("memory")["used_memory"] / 0.96))

    state = broker.state()

    assert state.value == "full"
    assert "memory is full" in state.sentence


def test_a_refused_message_is_named(broker, valkey):
    valkey.config_set("maxmemory", "1mb")

    with pytest.raises(ServerUnreachable, match="refuses to write"):
        broker.send_read([message()])

    assert broker.state().value == "full"


def test_an_account_that_may_not_ask_for_the_memory_still_sends(settings, valkey):
    valkey.execute_command("ACL", "SETUSER", "sender", *"on >secret ~formdigits:* +@all -info".split())
    restricted = Broker(Settings(broker_url=f"redis+socket://sender:secret@{settings.broker_socket}"))

    state = restricted.state()

    restricted.close()
    assert state.value == "ok"


def test_a_missing_broker_is_named_quickly(tmp_path):
    broker = Broker(embedded(tmp_path))

    for question in (lambda: broker.send_read([message()]), broker.n_waiting, broker.ping):
        with soon(), pytest.raises(ServerUnreachable, match="broker does not answer"):
            question()
    with soon():
        assert broker.state().value == "down"


def test_a_silent_broker_is_named_quickly_and_taken_up_again(settings, valkey, broker):
    broker.ping()
    pid = valkey.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)

    try:
        with soon(), pytest.raises(ServerUnreachable):
            broker.send_read([message()])
        with soon():
            assert broker.state().value == "down"
    finally:
        os.kill(pid, signal.SIGCONT)

    broker.send_read([message()])
    assert broker.n_waiting() >= 1


def test_a_host_that_swallows_everything_is_named_quickly():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        broker = Broker(Settings(broker_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"))

        with soon(), pytest.raises(ServerUnreachable):
            broker.send_read([message()])
        with soon():
            assert broker.state().value == "down"


def test_the_state_is_looked_at_once_for_many_who_ask(broker, valkey):
    broker.state()
    n_commands = valkey.info("commandstats")["cmdstat_info"]["calls"]

    states = {broker.state() for _ in range(100)}

    assert len(states) == 1
    assert valkey.info("commandstats")["cmdstat_info"]["calls"] <= n_commands + 2


def test_a_data_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path):
    deep = embedded(tmp_path / ("deep" * 40))

    assert len(str(deep.broker_socket)) < 104
    assert deep.broker_socket == embedded(tmp_path / ("deep" * 40)).broker_socket
    assert deep.broker_socket != embedded(tmp_path / ("deeq" * 40)).broker_socket
