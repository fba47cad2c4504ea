from formdigits.ledger.schema import COUNTERS
from formdigits.readings import Outcome
from tests.formdigits.ledger.examples import (
    UNREADABLE,
    add_job,
    claim_again,
    claim_next,
    commit,
    hand_out,
    reading,
    results,
)


def happened(ledger):
    """The counters that are not 0."""
    return {name: n for name, n in ledger.overview().counters.items() if n}


def test_an_empty_ledger_has_nothing_to_say(ledger):
    overview = ledger.overview()

    assert overview[:4] == (0, 0, 0, {})
    assert overview.counters == dict.fromkeys(COUNTERS, 0)
    assert (overview.oldest_waiting_s, overview.n_pages_left, overview.n_messages_left) == (0, 0, 0)


def test_pages_wait_are_under_way_and_are_read(ledger):
    add_job(ledger, 8)
    hand_out(ledger)
    claim = claim_next(ledger)
    before = ledger.overview()

    commit(ledger, claim)

    after = ledger.overview()
    assert (before.n_waiting_pages, before.n_in_flight_pages, before.n_in_flight_messages) == (4, 4, 2)
    assert (after.n_waiting_pages, after.n_in_flight_pages, after.n_in_flight_messages) == (4, 2, 1)
    assert (before.n_pages_left, after.n_pages_left) == (8, 6)


def test_chunks_that_travel_together_are_one_message(ledger):
    for _ in range(3):
        add_job(ledger, 1, chunk_size=8)
    [message] = hand_out(ledger)
    ledger.claim(message, worker="w1", lease_s=60)

    overview = ledger.overview()

    assert (overview.n_in_flight_pages, overview.n_in_flight_messages) == (3, 1)


def test_what_is_left_makes_so_many_full_messages(ledger):
    add_job(ledger, 9, chunk_size=4)
    add_job(ledger, 30, chunk_size=100)

    overview = ledger.overview()

    assert (overview.n_pages_left, overview.n_messages_left) == (39, 3)


def test_jobs_are_counted_by_state_and_those_that_stand_still_leave_workers_nothing_to_do(ledger):
    running, paused, cancelled = (add_job(ledger, 2) for _ in range(3))
    add_job(ledger, 2, is_open=True)
    add_job(ledger, 1, failed=(1,))
    ledger.pause(paused)
    ledger.cancel(cancelled)

    overview = ledger.overview()

    assert overview.jobs == {"running": 1, "paused": 1, "cancelled": 1, "open": 1, "done": 1}
    assert overview.n_waiting_pages == 6
    assert overview.n_pages_left == ledger.progress(running).n_pages


def test_the_oldest_job_that_runs_is_as_old_as_it_is(ledger):
    add_job(ledger, 2)
    newer = add_job(ledger, 2)

    overview = ledger.overview()

    assert overview.oldest_waiting_s >= ledger.progress(newer).elapsed_s - 1
    assert overview.oldest_waiting_s < 60


def test_counters_count_what_was_read_over_all_jobs(ledger):
    claims = [(add_job(ledger, 2), claim_next(ledger))[1] for _ in range(2)]

    commit(ledger, claims[0], {1: reading(), 2: reading(Outcome.REVIEW)})
    commit(ledger, claims[1], {1: reading(), 2: UNREADABLE})

    assert happened(ledger) == {
        "pages_read": 3,
        "pages_failed": 1,
        "digits_read": 3,
        "fields_review": 1,
        "fields_accepted": 2,
    }


def test_counters_count_every_late_commit(ledger):
    add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)
    commit(ledger, claim_again(ledger, late))

    commit(ledger, late)

    assert happened(ledger)["late_commits"] == 1


def test_counters_count_leases_that_ended_messages_sent_again_chunks_split_and_pages_lost(ledger):
    add_job(ledger, 2)
    claim_next(ledger, lease_s=-1)
    add_job(ledger, 1)
    hand_out(ledger)
    seen = []

    for _ in range(3):
        messages = ledger.sweep(max_attempts=1, resend_after_s=-1, queue_is_empty=True, window=9)
        seen.append(happened(ledger))
        for message in messages:
            ledger.claim(message, worker="w1", lease_s=-1)

    assert seen == [
        {"lease_expiries": 1, "chunks_split": 1, "messages_resent": 1},
        {"lease_expiries": 4, "chunks_split": 1, "messages_resent": 1, "pages_lost": 3, "pages_failed": 3},
        {"lease_expiries": 4, "chunks_split": 1, "messages_resent": 1, "pages_lost": 3, "pages_failed": 3},
    ]


def test_counters_stay_when_their_job_goes(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger)
    commit(ledger, claim, results(claim, UNREADABLE))

    ledger.purge(job_id)

    assert happened(ledger) == {"pages_failed": 2}


def test_counters_are_the_sum_of_several_rows(ledger):
    add_job(ledger, 20, chunk_size=1)

    for _ in range(20):
        commit(ledger, claim_next(ledger))

    assert happened(ledger)["pages_read"] == 20
