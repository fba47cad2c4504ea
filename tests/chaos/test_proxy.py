"""The proxy itself: a fault that is not made proves nothing."""

import socket
import threading
import time
from contextlib import closing

import pytest

from tests.chaos.harness.proxy import Proxy


@pytest.fixture
def echo_port():
    """A server that sends back what it gets."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=echo, args=(connection,), daemon=True).start()

        def echo(connection):
            with closing(connection):
                try:
                    while block := connection.recv(1000):
                        connection.sendall(block)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(echo_port):
    with Proxy(echo_port) as proxy:
        yield proxy


@pytest.fixture
def end(proxy):
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=5)) as end:
        yield end


def test_what_is_sent_comes_through_and_back(end):
    end.sendall(b"hello")

    assert end.recv(10) == b"hello"


def test_a_hole_answers_nothing_and_loses_nothing(proxy, end):
    end.sendall(b"a")
    assert end.recv(10) == b"a"
    proxy.be("hole")
    end.sendall(b"b")
    end.settimeout(0.3)

    with pytest.raises(TimeoutError):
        end.recv(10)
    proxy.be("pass")
    end.settimeout(5)

    assert end.recv(10) == b"b"


def test_a_connection_made_in_a_hole_is_silent_until_it_ends(proxy):
    proxy.be("hole")
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=0.3)) as late:
        late.sendall(b"c")
        with pytest.raises(TimeoutError):
            late.recv(10)

        proxy.be("pass")
        late.settimeout(5)

        assert late.recv(10) == b"c"


def test_a_reset_is_a_reset(proxy, end):
    end.sendall(b"d")
    assert end.recv(10) == b"d"

    assert proxy.reset() == 2

    with pytest.raises(ConnectionResetError):
        end.recv(10)


def test_a_delay_holds_every_block_back(proxy, end):
    proxy.be("pass", delay_s=0.2)
    began = time.monotonic()
    end.sendall(b"e")

    assert end.recv(10) == b"e"
    assert time.monotonic() - began > 0.35
