"""What goes into the broker, and what happens when there is none; on a real Valkey."""

import base64
import json
import stat
import time

import pytest

from formdigits.broker import Broker, make_celery
from formdigits.errors import ServerUnreachable
from formdigits.messages import PageRef, ReadPages, Retrain
from formdigits.settings import Settings
from tests.valkey import embedded, running_broker


def chunk(chunk_id=1):
    pages = (PageRef(number=1, path="/scans/1.png"),)
    return ReadPages(job_id="j", chunk_id=chunk_id, form="single-digit@1", max_error=0.001, pages=pages)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return embedded(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def valkey(settings):
    with running_broker(settings) as client:
        yield client


def test_a_chunk_waits_in_the_queue_with_its_image_paths(settings, valkey):
    valkey.flushall()
    broker = Broker(settings)

    broker.send_read([chunk(), chunk(2)])

    assert broker.n_waiting() == 2
    [first, *_] = valkey.lrange("formdigits:read", -1, -1)
    _, arguments, _ = json.loads(base64.b64decode(json.loads(first)["body"]))
    assert arguments["message"]["pages"] == [{"number": 1, "path": "/scans/1.png"}]


def test_a_retrain_waits_in_a_queue_of_its_own(settings, valkey):
    valkey.flushall()

    Broker(settings).send_retrain(Retrain(retrain_id=1))

    assert valkey.llen("formdigits:train") == 1
    assert Broker(settings).n_waiting() == 0


def test_the_broker_keeps_its_messages_in_a_file_behind_a_socket_of_its_owner(settings, valkey):
    assert valkey.config_get("appendonly") == {b"appendonly": b"yes"} or valkey.config_get("appendonly") == {
        "appendonly": "yes"
    }
    assert stat.S_IMODE(settings.broker_socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.broker_socket.parent.stat().st_mode) == 0o700


def test_a_missing_broker_is_named_quickly(tmp_path):
    broker = Broker(embedded(tmp_path))
    started = time.monotonic()

    with pytest.raises(ServerUnreachable, match="broker does not answer"):
        broker.send_read([chunk()])

    assert time.monotonic() - started < 5
    with pytest.raises(ServerUnreachable):
        broker.n_waiting()
    with pytest.raises(ServerUnreachable):
        broker.ping()


def test_nothing_but_json_is_taken():
    app = make_celery(Settings())

    assert app.conf.accept_content == ["json"]
    assert app.conf.result_backend is None


def test_a_data_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path):
    deep = embedded(tmp_path / ("deep" * 40))

    assert len(str(deep.broker_socket)) < 104
    assert deep.broker_socket == embedded(tmp_path / ("deep" * 40)).broker_socket
    assert deep.broker_socket != embedded(tmp_path / ("deeq" * 40)).broker_socket
