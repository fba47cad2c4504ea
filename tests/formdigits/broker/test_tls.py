"""Encrypted ways to the broker: taken where the certificate is known and right, and refused otherwise."""

from contextlib import contextmanager

import pytest

from formdigits.broker import Broker
from formdigits.errors import ServerUnreachable
from formdigits.settings import Settings
from tests.certificates import make_certificate, tls_before
from tests.formdigits.broker.examples import message, soon
from tests.valkey import embedded, running_broker

pytestmark = pytest.mark.rabbitmq  # whose package brings openssl along


@pytest.fixture(scope="module", params=["rediss", "amqps"])
def server(request, tmp_path_factory):
    """How its address begins, and where it listens without TLS."""
    if request.param == "amqps":
        yield "amqps://guest:guest@", ("127.0.0.1", request.getfixturevalue("rabbitmq").port)
        return
    settings = embedded(tmp_path_factory.mktemp("data"))
    with running_broker(settings):
        yield "rediss://", str(settings.broker_socket)


@contextmanager
def broker_behind(server, certificate):
    """Messages for the server, over a door that shows this certificate."""
    begin, connect_to = server
    with tls_before(connect_to, certificate) as port:
        broker = Broker(Settings(broker_url=f"{begin}127.0.0.1:{port}/{'/' if 'amqps' in begin else '0'}"))
        yield broker
        broker.close()


def test_messages_go_to_a_broker_whose_certificate_is_known(server, tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path, name="IP:127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with broker_behind(server, certificate) as broker:
        broker.send_read([message()])

        assert broker.n_waiting() >= 1
        assert broker.state().value == "ok"


def test_a_broker_whose_certificate_nobody_knows_gets_nothing(server, tmp_path):
    certificate = make_certificate(tmp_path, name="IP:127.0.0.1")

    with broker_behind(server, certificate) as broker, soon(), pytest.raises(ServerUnreachable):
        broker.send_read([message()])


def test_a_broker_whose_certificate_is_of_another_name_gets_nothing(server, tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path, name="DNS:elsewhere.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with broker_behind(server, certificate) as broker, soon(), pytest.raises(ServerUnreachable):
        broker.send_read([message()])
