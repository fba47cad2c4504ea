"""The bell that rings at the broker in the background."""

from threading import Event

from formdigits.errors import ServerUnreachable
from submit_ui.bell import Bell


def test_a_ring_sends():
    sent = Event()

    Bell(sent.set).ring()

    assert sent.wait(10)


def test_rings_that_come_while_it_sends_are_answered_once_more_and_no_more():
    began, go_on, n_sent, done = Event(), Event(), [], Event()

    def send():
        n_sent.append(1)
        began.set()
        go_on.wait(10)
        if len(n_sent) == 2:
            done.set()

    bell = Bell(send)
    bell.ring()
    assert began.wait(10)
    for _ in range(50):
        bell.ring()
    go_on.set()

    assert done.wait(10)
    bell._thread.shutdown(wait=True)
    assert len(n_sent) == 2


def test_a_broker_that_does_not_answer_does_not_silence_it():
    sent, tries = Event(), []

    def send():
        tries.append(1)
        if len(tries) == 1:
            raise ServerUnreachable("the broker does not answer")
        if len(tries) == 2:
            raise ValueError("a mistake of ours")
        sent.set()

    bell = Bell(send)
    for _ in range(3):
        bell.ring()
        bell._thread.submit(lambda: None).result(10)

    assert sent.is_set()
