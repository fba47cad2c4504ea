"""How often a job is asked about: its end is seen soon, and a long one is left in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submit_ui.client import base
from submit_ui.client.base import POLL_S, pause_s, poll


class Job:
    """Takes so many seconds of a clock that only sleeping moves on."""

    def __init__(self, monkeypatch, takes_s, *, knows_how_far):
        self.now_s, self.takes_s, self.knows_how_far, self.n_asked = 0.0, takes_s, knows_how_far, 0
        monkeypatch.setattr(base, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(base, "sleep", self.sleep)

    def sleep(self, for_s):
        self.now_s += for_s

    def ask(self):
        self.n_asked += 1
        return min(1.0, self.now_s / self.takes_s)

    def wait(self):
        how_far = (lambda share: share) if self.knows_how_far else (lambda _share: 0.0)
        next(share for share in poll(self.ask, None, how_far) if share == 1.0)
        return self.now_s - self.takes_s


@pytest.mark.parametrize("takes_s", [0.1, 2.3, 60, 3600])
def test_of_a_job_that_says_how_far_it_is_the_end_is_seen_at_once(monkeypatch, takes_s):
    job = Job(monkeypatch, takes_s, knows_how_far=True)

    late_s = job.wait()

    assert late_s <= max(0.02, 0.01 * takes_s)
    assert job.n_asked <= 2 * takes_s + 20


def test_of_a_job_that_does_not_the_end_is_seen_late_by_a_small_share_of_its_time(monkeypatch):
    job = Job(monkeypatch, 2.3, knows_how_far=False)

    assert job.wait() <= 0.05 * 2.3 + 0.02


@given(waited_s=st.floats(0, 1e7), share=st.floats(0, 1))
def test_no_pause_is_shorter_or_longer_than_it_may_be(waited_s, share):
    assert POLL_S[0] <= pause_s(waited_s, share) <= POLL_S[1]


def test_what_stands_still_near_its_end_is_not_asked_about_all_the_time():
    assert pause_s(60, 1.0) == POLL_S[1]
