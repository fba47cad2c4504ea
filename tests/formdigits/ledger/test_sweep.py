from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, new_pages, results


def sweep(ledger, *, max_attempts=3, resend_after_s=60.0, queue_is_empty=False, window=16):
    return ledger.sweep(
        max_attempts=max_attempts, resend_after_s=resend_after_s, queue_is_empty=queue_is_empty, window=window
    )


def lose(ledger, messages):
    """Workers that die at once: every message is claimed, and no lease is held."""
    for message in messages:
        ledger.claim(message.chunk_id, worker="w1", lease_s=-1)


def numbers(messages):
    return [[page.number for page in message.pages] for message in messages]


def test_a_chunk_whose_lease_is_over_is_handed_out_again(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, job_id, lease_s=-1)

    [message] = sweep(ledger)

    assert message.chunk_id == late.chunk_id
    assert ledger.claim(message.chunk_id, worker="w2", lease_s=60).attempt == 2


def test_a_chunk_that_was_handed_out_again_takes_no_late_commit(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, job_id, lease_s=-1)

    sweep(ledger)

    assert not ledger.commit(late, results(late), model_version="m1")


def test_a_released_chunk_is_handed_out_by_the_next_sweep(ledger):
    job_id = add_job(ledger, 2)
    claim = claim_next(ledger, job_id)

    ledger.release(claim)

    assert numbers(sweep(ledger)) == [[1, 2]]


def test_a_chunk_that_is_being_read_is_left_alone(ledger):
    job_id = add_job(ledger, 2)
    claim_next(ledger, job_id)

    assert sweep(ledger, queue_is_empty=True, resend_after_s=-1) == []


def test_a_lost_message_is_sent_again_only_when_no_message_can_be_before_it(ledger):
    job_id = add_job(ledger, 2)
    claim_next(ledger, add_job(ledger, 2))
    ledger.next_messages(job_id, window=1)

    assert sweep(ledger, resend_after_s=0, queue_is_empty=False) == []
    assert sweep(ledger, resend_after_s=60, queue_is_empty=True) == []
    assert numbers(sweep(ledger, resend_after_s=-1, queue_is_empty=True)) == [[1, 2]]


def test_a_message_that_a_later_one_overtook_is_sent_again_though_the_queue_is_never_empty(ledger):
    lost = add_job(ledger, 2)
    ledger.next_messages(lost, window=1)
    claim_next(ledger, add_job(ledger, 2))

    messages = sweep(ledger, resend_after_s=0, queue_is_empty=False)

    assert [message.job_id for message in messages] == [lost]


def test_a_job_whose_window_has_room_gets_more(ledger):
    job_id = add_job(ledger, 4, chunk_size=1)
    ledger.next_messages(job_id, window=1)

    assert numbers(sweep(ledger, window=3)) == [[2], [3]]
    assert sweep(ledger, window=3) == []


def test_a_cancelled_job_gets_nothing_more(ledger):
    job_id = add_job(ledger, 6)
    claim_next(ledger, job_id, lease_s=-1)
    ledger.next_messages(job_id, window=2)

    ledger.cancel(job_id)

    assert sweep(ledger, resend_after_s=-1, queue_is_empty=True) == []


def test_a_chunk_that_used_its_attempts_up_is_split_in_halves(ledger):
    job_id = add_job(ledger, 5, chunk_size=5, failed=(2,))
    lose(ledger, ledger.next_messages(job_id, window=1))
    lose(ledger, sweep(ledger, max_attempts=2))

    halves = sweep(ledger, max_attempts=2)

    assert numbers(halves) == [[1, 3], [4, 5]]


def test_a_page_alone_that_used_its_attempts_up_fails_and_the_job_ends(ledger):
    job_id = add_job(ledger, 1)
    messages = ledger.next_messages(job_id, window=1)

    for _ in range(3):
        lose(ledger, messages)
        messages = sweep(ledger)

    page = ledger.page(job_id, 1)
    assert messages == []
    assert (page.state, page.result.code, page.model_version) == ("failed", "worker_lost", None)
    assert (ledger.progress(job_id).state, ledger.progress(job_id).n_failed) == ("done", 1)


def test_the_one_page_that_kills_workers_is_found_among_many_and_the_others_are_read(ledger):
    job_id = add_job(ledger, 256, chunk_size=256)
    messages = ledger.next_messages(job_id, window=16)
    n_deaths = 0

    while messages:
        for message in messages:
            claim = ledger.claim(message.chunk_id, worker="w1", lease_s=60)
            if any(page.number == 77 for page in message.pages):
                n_deaths += 1
                ledger.release(claim)
            else:
                ledger.commit(claim, results(claim), model_version="m1")
        messages = sweep(ledger)

    progress = ledger.progress(job_id)
    assert (progress.state, progress.n_read, progress.n_failed) == ("done", 255, 1)
    assert ledger.page(job_id, 77).result.code == "worker_lost"
    assert n_deaths == 13


def test_a_split_chunk_is_gone_for_its_late_worker(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, job_id, lease_s=-1)

    sweep(ledger, max_attempts=1)

    assert ledger.claim(late.chunk_id, worker="w2", lease_s=60) is None
    assert not ledger.commit(late, results(late), model_version="m1")


def test_a_sweep_sees_to_every_job_at_once(ledger):
    jobs = [add_job(ledger, 1) for _ in range(3)]
    for job_id in jobs:
        claim_next(ledger, job_id, lease_s=-1)

    messages = sweep(ledger)

    assert [message.job_id for message in messages] == jobs


def test_a_job_of_refused_and_lost_pages_ends_with_its_own_errors(ledger):
    job_id = ledger.add_job(form="card@1", pages=new_pages(2, failed=(1,)), max_error=0.01, chunk_size=2)
    claim_next(ledger, job_id, lease_s=-1)

    sweep(ledger, max_attempts=1)

    assert [page.result.code for page in ledger.pages(job_id)] == [UNREADABLE.code, "worker_lost"]
    assert ledger.progress(job_id).state == "done"
