"""Work in the background: it comes again, whatever becomes of a round, until it is stopped."""

from threading import Event, get_ident

import pytest
from structlog.testing import capture_logs

from formdigits import rounds
from formdigits.errors import ServerUnreachable
from formdigits.rounds import Rounds

DONE, MORE = False, True


class NoPause(Event):
    """Waits for nothing and remembers for how long it should have."""

    def __init__(self):
        super().__init__()
        self.pauses_s = []

    def wait(self, timeout=None):
        self.pauses_s.append(timeout)
        return self.is_set()


@pytest.fixture
def go_round(monkeypatch):
    """Make rounds that end as told, and then stop; gives the pauses before them and what the log says."""

    def go_round(*ends):
        pause, left = NoPause(), list(ends)
        monkeypatch.setattr(rounds, "Event", lambda: pause)

        def work():
            end = left.pop(0)
            if not left:
                pause.set()
            if isinstance(end, Exception):
                raise end
            return end

        with capture_logs() as logs:
            going = Rounds(work, name="sweep", every_s=7)
            going.start()
            going._thread.join()
        return pause.pauses_s[: len(ends)], [(line["log_level"], line["event"], line["work"]) for line in logs]

    return go_round


def test_there_is_a_pause_before_every_round(go_round):
    pauses_s, _ = go_round(DONE, DONE, DONE)

    assert pauses_s == [7, 7, 7]


def test_a_round_that_leaves_work_is_followed_at_once(go_round):
    pauses_s, _ = go_round(MORE, MORE, DONE, DONE)

    assert pauses_s == [7, 0, 0, 7]


def test_a_round_that_fails_stands_in_the_log_and_the_next_one_comes(go_round):
    pauses_s, said = go_round(ServerUnreachable("away"), ValueError("a mistake"), DONE)

    assert pauses_s == [7, 7, 7]
    assert said == [("warning", "round put off", "sweep"), ("error", "round failed", "sweep")]


def test_stopping_waits_for_the_round_under_way():
    begun, may_end, ended = Event(), Event(), []

    def work():
        begun.set()
        may_end.wait()
        ended.append(get_ident())
        return MORE

    going = Rounds(work, name="sweep", every_s=0)
    going.start()
    begun.wait()
    going._stopped.set()  # as `stop` does first: no other round
    may_end.set()

    going.stop()

    assert len(ended) == 1
    assert ended != [get_ident()]
