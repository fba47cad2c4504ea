"""Jobs that come at the same moment are written together, and each gets its own answer."""

import threading

import pytest

from formdigits.errors import QuotaExceeded, ServerUnreachable
from formdigits.ledger import NewJob, NewPage
from submit_ui.scribe import Scribe


def job(name):
    return NewJob(
        name, [NewPage("/scans/1.png", "1.png")], 0.01, 1, None, "operator", "normal", is_open=False, quota=None
    )


class SlowLedger:
    """Writes nothing before it is told to; refuses the job that is named so."""

    def __init__(self):
        self.batches = []
        self.go_on = threading.Event()

    def add_jobs(self, new):
        self.batches.append([one.form for one in new])
        self.go_on.wait(10)
        return [QuotaExceeded("too many") if one.form == "refused" else f"id of {one.form}" for one in new]


def add_from_threads(scribe, names, answers):
    def add(name):
        try:
            answers[name] = scribe.add(job(name))
        except QuotaExceeded as error:
            answers[name] = error

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    return threads


def wait_until(condition):
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("not in time")


def test_what_comes_while_it_writes_is_written_together_next():
    ledger, answers = SlowLedger(), {}
    scribe = Scribe(ledger.add_jobs)

    threads = add_from_threads(scribe, ["first"], answers)
    wait_until(lambda: ledger.batches == [["first"]])
    threads += add_from_threads(scribe, ["a", "b", "refused"], answers)
    wait_until(lambda: len(scribe._waiting) == 3)
    ledger.go_on.set()
    for thread in threads:
        thread.join(10)

    assert [sorted(batch) for batch in ledger.batches] == [["first"], ["a", "b", "refused"]]
    assert [answers[name] for name in ("first", "a", "b")] == ["id of first", "id of a", "id of b"]
    assert isinstance(answers["refused"], QuotaExceeded)


def test_a_ledger_that_does_not_answer_is_told_to_whoever_waits_and_the_next_one_is_tried():
    def fail(_new):
        raise ServerUnreachable("the database does not answer")

    scribe = Scribe(fail)

    for name in ("a", "b"):
        with pytest.raises(ServerUnreachable):
            scribe.add(job(name))
