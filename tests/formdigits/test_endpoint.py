"""The port of a program without a page, asked over real HTTP."""

import socket
from contextlib import contextmanager

import httpx
import pytest

from formdigits.endpoint import Answers, Endpoint, open_endpoint
from formdigits.errors import ServerUnreachable
from formdigits.settings import Settings

WELL = Answers(metrics=lambda: b"formdigits_pages_total 3.0\n", live=lambda: None, ready=lambda: None)


@contextmanager
def asked(answers):
    """A client of an endpoint that gives these answers."""
    endpoint = Endpoint("127.0.0.1", 0, answers)
    endpoint.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{endpoint.port}", trust_env=False) as client:
            yield client
    finally:
        endpoint.stop()


def fail_with(error):
    def fail():
        raise error

    return fail


def test_a_well_program_is_live_and_ready_and_shows_its_metrics():
    with asked(WELL) as client:
        live, ready, metrics = (client.get(path) for path in ("/live", "/ready", "/metrics?name=x"))

    assert (live.status_code, live.text) == (ready.status_code, ready.text) == (200, "ok\n")
    assert metrics.text == "formdigits_pages_total 3.0\n"
    assert metrics.headers["Content-Type"].startswith("text/plain; version=")


def test_an_unwell_program_says_why():
    unwell = WELL._replace(live=lambda: "deaf", ready=fail_with(ServerUnreachable("the ledger does not answer")))

    with asked(unwell) as client:
        live, ready = client.get("/live"), client.get("/ready")

    assert (live.status_code, live.text) == (503, "deaf\n")
    assert (ready.status_code, ready.text) == (503, "the ledger does not answer\n")


def test_an_error_that_nobody_foresaw_tells_nothing_to_strangers_and_the_port_goes_on():
    broken = WELL._replace(metrics=fail_with(RuntimeError("a secret broke")))

    with asked(broken) as client:
        answer, live = client.get("/metrics"), client.get("/live")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert live.status_code == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/jobs", 404), ("POST", "/live", 501)])
def test_there_is_nothing_else_to_be_had(method, path, status):
    with asked(WELL) as client:
        assert client.request(method, path).status_code == status


def test_no_port_is_opened_unless_it_is_asked_for():
    assert open_endpoint(Settings(), WELL) is None


def test_a_port_that_is_taken_keeps_no_program_from_its_work():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        assert open_endpoint(Settings(metrics_port=port), WELL) is None
