"""When a trainer says that it is stuck or not ready, by a clock that the test turns."""

from dataclasses import dataclass

import pytest

from formdigits.errors import ServerUnreachable
from trainer.health import BEAT_EVERY_S, Health


@dataclass
class Surroundings:
    """A clock, a broker and a ledger."""

    now: float = 1000.0
    broker_is_down: bool = False

    def ping(self):
        if self.broker_is_down:
            raise ServerUnreachable("the broker does not answer")

    def retrains(self):
        return []


@pytest.fixture
def around():
    return Surroundings()


@pytest.fixture
def health(around):
    health = Health(around, clock=lambda: around.now)
    health.started(around)
    return health


def pass_time(around, health, seconds, *, loop_turns):
    for _ in range(int(seconds / BEAT_EVERY_S)):
        around.now += BEAT_EVERY_S
        if loop_turns:
            health.beat()
        health.look()


def test_a_trainer_whose_loop_turns_is_live_however_long_it_trains(around, health):
    pass_time(around, health, 3600, loop_turns=True)

    assert health.live() is None
    assert health.ready() is None


def test_a_loop_that_stands_still_beside_a_broker_that_answers_is_stuck(around, health):
    pass_time(around, health, 100, loop_turns=False)

    assert "100 s" in health.live()
    assert b"formdigits_trainer_beat_age_seconds 100.0" in health.metrics()


def test_a_trainer_waits_for_its_broker_and_a_minute_more(around, health):
    around.broker_is_down = True
    pass_time(around, health, 3600, loop_turns=False)
    while_down = health.live()
    around.broker_is_down = False
    pass_time(around, health, 30, loop_turns=False)
    soon_after = health.live()
    pass_time(around, health, 60, loop_turns=False)
    long_after = health.live()

    assert while_down is None
    assert soon_after is None
    assert long_after is not None


def test_a_trainer_that_is_starting_is_live_and_not_ready(around):
    starting = Health(around, clock=lambda: around.now)

    pass_time(around, starting, 3600, loop_turns=False)

    assert starting.live() is None
    assert starting.ready() == "starting"


def test_a_trainer_without_its_broker_is_not_ready(around, health):
    around.broker_is_down = True

    with pytest.raises(ServerUnreachable):
        health.ready()
