"""All jobs together."""

from formdigits.ledger import NewPage
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, commit, hand_out, results


def test_an_empty_ledger_has_nothing_to_do_and_nothing_to_tell(ledger):
    seen = ledger.overview()

    assert (seen.n_waiting_pages, seen.n_in_flight_pages, seen.n_in_flight_messages) == (0, 0, 0)
    assert (seen.n_pages_left, seen.n_messages_left, seen.oldest_waiting_s) == (0, 0, 0.0)
    assert seen.jobs == {}
    assert set(seen.counters.values()) == {0}


def test_what_is_under_way_waits_no_longer_and_is_still_left_to_do(ledger):
    add_job(ledger, 10, chunk_size=2)

    hand_out(ledger, 2)
    seen = ledger.overview()

    assert (seen.n_waiting_pages, seen.n_in_flight_pages, seen.n_in_flight_messages) == (6, 4, 2)
    assert (seen.n_pages_left, seen.n_messages_left) == (10, 5)


def test_what_was_read_and_what_failed_is_counted(ledger):
    add_job(ledger, 4, chunk_size=2)
    claim = claim_next(ledger)

    commit(ledger, claim, {**results(claim), claim.last: UNREADABLE})
    seen = ledger.overview()

    assert (seen.counters["pages_read"], seen.counters["pages_failed"], seen.counters["digits_read"]) == (1, 1, 1)
    assert (seen.n_pages_left, seen.n_messages_left) == (2, 1)


def test_small_jobs_share_messages(ledger):
    for _ in range(5):
        add_job(ledger, 1, chunk_size=4)

    assert ledger.overview().n_messages_left == 2


def test_workers_have_nothing_to_do_for_jobs_that_are_paused_or_still_being_submitted(ledger):
    ledger.pause(add_job(ledger, 8))
    add_job(ledger, 8, is_open=True)
    ledger.cancel(add_job(ledger, 8))

    seen = ledger.overview()

    assert seen.n_waiting_pages == 16
    assert (seen.n_pages_left, seen.n_messages_left, seen.oldest_waiting_s) == (0, 0, 0.0)
    assert seen.jobs == {"paused": 1, "open": 1, "cancelled": 1}


def test_the_oldest_running_job_has_an_age(ledger):
    ledger.add_job(form="card@1", pages=[NewPage("/scans/1.png", "1.png")], max_error=0.001, chunk_size=1)

    assert 0 <= ledger.overview().oldest_waiting_s < 60
