from tests.formdigits.ledger.examples import (
    UNREADABLE,
    add_job,
    claim_again,
    claim_next,
    commit,
    hand_out,
    numbers,
    results,
)


def sweep(ledger, *, max_attempts=3, resend_after_s=60.0, queue_is_empty=False, window=16):
    return ledger.sweep(
        max_attempts=max_attempts, resend_after_s=resend_after_s, queue_is_empty=queue_is_empty, window=window
    )


def lose(ledger, messages):
    """Workers that die at once: every message is claimed, and no lease is held."""
    for message in messages:
        ledger.claim(message, worker="w1", lease_s=-1)


def test_a_chunk_whose_lease_is_over_is_handed_out_again(ledger):
    add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)

    [message] = sweep(ledger)

    [claim] = ledger.claim(message, worker="w2", lease_s=60)
    assert (claim.chunk_id, claim.attempt) == (late.chunk_id, 2)


def test_a_chunk_that_was_handed_out_again_takes_no_late_commit(ledger):
    add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)

    sweep(ledger)

    assert not commit(ledger, late)


def test_a_released_chunk_is_handed_out_by_the_next_sweep(ledger):
    add_job(ledger, 2)
    claim = claim_next(ledger)

    ledger.release([claim])

    assert numbers(sweep(ledger)) == [[1, 2]]


def test_a_chunk_that_is_being_read_is_left_alone(ledger):
    add_job(ledger, 2)
    claim_next(ledger)

    assert sweep(ledger, queue_is_empty=True, resend_after_s=-1) == []


def test_a_chunk_that_was_put_aside_comes_again_and_does_not_count_as_lost(ledger):
    add_job(ledger, 2)
    claim = claim_next(ledger)

    for _ in range(5):
        ledger.give_back([claim], for_s=-1)
        [message] = sweep(ledger, max_attempts=1)
        [claim] = ledger.claim(message, worker="w1", lease_s=60)

    assert (claim.first, claim.last) == (1, 2)
    assert commit(ledger, claim)


def test_a_lost_message_is_sent_again_only_when_no_message_can_be_before_it(ledger):
    add_job(ledger, 2)
    claim_next(ledger)
    add_job(ledger, 2)
    hand_out(ledger)

    assert sweep(ledger, resend_after_s=0, queue_is_empty=False) == []
    assert sweep(ledger, resend_after_s=60, queue_is_empty=True) == []
    assert numbers(sweep(ledger, resend_after_s=-1, queue_is_empty=True)) == [[1, 2]]


def test_a_message_that_a_later_one_overtook_is_sent_again_though_the_queue_is_never_empty(ledger):
    lost = add_job(ledger, 2)
    hand_out(ledger)
    add_job(ledger, 2)
    claim_next(ledger)

    messages = sweep(ledger, resend_after_s=0, queue_is_empty=False)

    assert [message.chunks[0].job_id for message in messages] == [lost]


def test_a_sweep_fills_the_window(ledger):
    add_job(ledger, 6, chunk_size=1)
    hand_out(ledger)

    assert numbers(sweep(ledger, window=2)) == [[2], [3], [4]]
    assert sweep(ledger, window=2) == []


def test_a_cancelled_job_gets_nothing_more(ledger):
    job_id = add_job(ledger, 6)
    claim_next(ledger, lease_s=-1)
    hand_out(ledger, 2)

    ledger.cancel(job_id)

    assert sweep(ledger, resend_after_s=-1, queue_is_empty=True) == []


def test_a_chunk_that_used_its_attempts_up_is_split_in_halves(ledger):
    add_job(ledger, 5, chunk_size=5, failed=(2,))
    lose(ledger, hand_out(ledger))
    lose(ledger, sweep(ledger, max_attempts=2))

    halves = sweep(ledger, max_attempts=2)

    assert numbers(halves) == [[1, 3], [4, 5]]


def test_a_page_alone_that_used_its_attempts_up_fails_and_the_job_ends(ledger):
    job_id = add_job(ledger, 1)
    messages = hand_out(ledger)

    for _ in range(3):
        lose(ledger, messages)
        messages = sweep(ledger)

    page = ledger.page(job_id, 1)
    assert messages == []
    assert (page.state, page.result.code, page.model_version) == ("failed", "worker_lost", None)
    assert (ledger.progress(job_id).state, ledger.progress(job_id).n_failed) == ("done", 1)


def test_the_one_page_that_kills_workers_is_found_among_many_and_the_others_are_read(ledger):
    job_id = add_job(ledger, 256, chunk_size=256)
    messages = hand_out(ledger)
    n_deaths = 0

    while messages:
        for message in messages:
            claims = ledger.claim(message, worker="w1", lease_s=60)
            if any(claim.first <= 77 <= claim.last for claim in claims):
                n_deaths += 1
                ledger.release(claims)
            else:
                ledger.commit({claim: results(claim) for claim in claims}, model_version="m1")
        messages = sweep(ledger)

    progress = ledger.progress(job_id)
    assert (progress.state, progress.n_read, progress.n_failed) == ("done", 255, 1)
    assert ledger.page(job_id, 77).result.code == "worker_lost"
    assert n_deaths == 12


def test_small_jobs_that_travelled_with_a_page_that_kills_are_read_when_they_travel_alone(ledger):
    jobs = [add_job(ledger, 1, chunk_size=8) for _ in range(8)]
    lose(ledger, hand_out(ledger))

    messages = sweep(ledger)
    lose(ledger, messages[:1])
    for message in messages[1:]:
        [claim] = ledger.claim(message, worker="w1", lease_s=60)
        commit(ledger, claim)
    lose(ledger, sweep(ledger))
    sweep(ledger)

    assert [ledger.progress(job_id).n_failed for job_id in jobs] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [ledger.progress(job_id).state for job_id in jobs] == ["done"] * 8


def test_a_split_chunk_is_gone_for_its_late_worker(ledger):
    add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)

    sweep(ledger, max_attempts=1)

    assert claim_again(ledger, late) is None
    assert not commit(ledger, late)


def test_a_sweep_sees_to_every_job_at_once(ledger):
    jobs = [add_job(ledger, 2) for _ in range(3)]
    lose(ledger, hand_out(ledger, 3))

    messages = sweep(ledger)

    assert [message.chunks[0].job_id for message in messages] == jobs


def test_a_job_of_refused_and_lost_pages_ends_with_its_own_errors(ledger):
    job_id = add_job(ledger, 2, failed=(1,))
    claim_next(ledger, lease_s=-1)

    sweep(ledger, max_attempts=1)

    assert [page.result.code for page in ledger.pages(job_id)] == [UNREADABLE.code, "worker_lost"]
    assert ledger.progress(job_id).state == "done"


def test_a_lost_chunk_of_a_paused_job_takes_no_place_from_other_jobs(ledger):
    paused = add_job(ledger, 8, chunk_size=1)
    lose(ledger, ledger.hand_out(window=2))
    ledger.pause(paused)
    other = add_job(ledger, 4, chunk_size=1)

    messages = sweep(ledger, window=2)

    assert [message.chunks[0].job_id for message in messages] == [other] * 4


def test_a_lost_chunk_of_a_paused_job_is_read_when_the_job_goes_on(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)
    ledger.pause(job_id)
    sweep(ledger)

    ledger.resume(job_id)

    assert numbers(sweep(ledger)) == [[1, 2]]
    assert not commit(ledger, late)
