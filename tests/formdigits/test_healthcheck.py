"""What a container engine is told: well, ill, or so ill that only a new start helps."""

import os
import signal

import pytest

from formdigits import healthcheck
from formdigits.endpoint import Answers, Endpoint
from formdigits.healthcheck import FIRST_PROCESS, is_well


@pytest.fixture
def ended(monkeypatch):
    """The signals that were sent, and to whom."""
    sent = []
    monkeypatch.setattr(healthcheck.os, "kill", lambda pid, number: sent.append((pid, number)))
    return sent


@pytest.fixture
def asked():
    """The port of a program, and what is wrong with it."""
    wrong = {}
    answers = Answers(metrics=lambda: b"", live=lambda: wrong.get("live"), ready=lambda: wrong.get("ready"))
    endpoint = Endpoint("127.0.0.1", 0, answers)
    endpoint.start()
    yield endpoint.port, wrong
    endpoint.stop()


def test_a_program_that_works_is_well(asked, ended):
    port, _ = asked

    assert is_well(port)
    assert ended == []


def test_a_program_that_waits_for_others_is_ill_and_left_alone(asked, ended):
    port, wrong = asked
    wrong["ready"] = "the ledger does not answer"

    assert not is_well(port)
    assert ended == []


def test_a_program_that_is_stuck_is_ended(asked, ended):
    port, wrong = asked
    wrong |= {"live": "the sweeper has not turned", "ready": "starting"}

    assert not is_well(port)
    assert ended == [(FIRST_PROCESS, signal.SIGTERM)]


def test_a_program_that_has_not_opened_its_port_is_left_alone(ended):
    assert not is_well(1)
    assert ended == []
    assert os.getpid() != FIRST_PROCESS
