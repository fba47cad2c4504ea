from formdigits.messages import ReadPages
from tests.formdigits.ledger.examples import (
    add_job,
    claim_again,
    claim_next,
    commit,
    hand_out,
    numbers,
)


def test_a_message_names_the_pages_of_its_chunk(ledger):
    job_id = add_job(ledger, 3, chunk_size=2)

    first, second = ledger.hand_out(window=4)

    [chunk] = first.chunks
    assert (chunk.job_id, chunk.form, chunk.max_error) == (job_id, "card@1", 0.001)
    assert [(page.number, page.path) for page in chunk.pages] == [(1, "/scans/1.png"), (2, "/scans/2.png")]
    assert numbers([second]) == [[3]]


def test_pages_refused_at_submission_are_in_no_message(ledger):
    add_job(ledger, 6, chunk_size=2, failed=(1, 3, 4))

    messages = ledger.hand_out(window=4)

    assert numbers(messages) == [[2], [5, 6]]


def test_no_more_messages_are_under_way_than_the_window_of_every_process_holds(ledger):
    for name in ("w1", "w2", "w3"):
        ledger.beat(name, model_version=None, model_error=None)
    add_job(ledger, 10, chunk_size=1)

    handed_out = ledger.hand_out(window=2)

    assert len(handed_out) == 6
    assert ledger.hand_out(window=2) == []


def test_the_window_is_for_two_processes_before_any_gave_a_sign_of_life(ledger):
    add_job(ledger, 10, chunk_size=1)

    assert len(ledger.hand_out(window=2)) == 4


def test_a_commit_makes_room_for_the_next_message(ledger):
    add_job(ledger, 3, chunk_size=1)
    claim, _ = claim_next(ledger), hand_out(ledger)

    commit(ledger, claim)

    assert numbers(ledger.hand_out(window=1)) == [[3]]


def test_only_one_worker_gets_a_chunk(ledger):
    job_id = add_job(ledger)
    claim = claim_next(ledger)

    again = claim_again(ledger, claim)

    assert (claim.job_id, claim.attempt, claim.first, claim.last) == (job_id, 1, 1, 2)
    assert again is None


def test_a_message_of_several_chunks_gives_those_that_are_still_to_be_read(ledger):
    jobs = [add_job(ledger, 1, chunk_size=3) for _ in range(3)]
    [message] = hand_out(ledger)
    taken = ledger.claim(ReadPages(chunks=message.chunks[1:2]), worker="w1", lease_s=60)

    claims = ledger.claim(message, worker="w2", lease_s=60)

    assert [claim.job_id for claim in taken] == [jobs[1]]
    assert {claim.job_id for claim in claims} == {jobs[0], jobs[2]}


def test_another_worker_may_take_a_chunk_whose_lease_is_over(ledger):
    add_job(ledger)
    late = claim_next(ledger, lease_s=-1)

    claim = claim_again(ledger, late)

    assert claim is not None
    assert claim.attempt == 2


def test_a_released_chunk_may_be_taken_at_once(ledger):
    add_job(ledger)
    claim = claim_next(ledger)

    ledger.release([claim])

    assert claim_again(ledger, claim) is not None


def test_releasing_a_chunk_that_another_worker_took_leaves_it_to_them(ledger):
    add_job(ledger)
    late = claim_next(ledger, lease_s=-1)
    claim = claim_again(ledger, late)

    ledger.release([late])

    assert claim_again(ledger, late, worker="w3") is None
    assert commit(ledger, claim)


def test_a_chunk_that_was_put_aside_is_left_alone_until_its_time_is_over(ledger):
    add_job(ledger)
    claim = claim_next(ledger, lease_s=-1)

    ledger.give_back([claim], for_s=60)

    assert claim_again(ledger, claim) is None


def test_a_chunk_of_a_cancelled_job_is_neither_claimed_nor_committed(ledger):
    job_id = add_job(ledger, 4)
    claimed = claim_next(ledger)
    [queued] = hand_out(ledger)

    ledger.cancel(job_id)

    assert ledger.claim(queued, worker="w1", lease_s=60) == []
    assert not commit(ledger, claimed)
    assert ledger.progress(job_id).n_read == 0
    assert ledger.hand_out(window=4) == []


def test_chunks_of_processes_that_died_are_free_and_the_others_are_left_alone(ledger):
    add_job(ledger, 6, chunk_size=2)
    dead = claim_next(ledger, worker="here-1")
    living = claim_next(ledger, worker="here-2")
    elsewhere = claim_next(ledger, worker="there-1")

    n_released = ledger.release_dead("here-", lambda name: name == "here-2")

    assert n_released == 1
    assert claim_again(ledger, dead) is not None
    assert claim_again(ledger, living) is None
    assert claim_again(ledger, elsewhere) is None


def test_a_dead_process_is_buried_once(ledger):
    add_job(ledger, 2)
    claim_next(ledger, worker="here-1")
    ledger.release_dead("here-", lambda _: False)

    assert ledger.release_dead("here-", lambda _: False) == 0


def test_after_the_broker_was_wiped_every_message_is_sent_anew_and_what_is_read_goes_on(ledger):
    add_job(ledger, 6, chunk_size=2)
    claim = claim_next(ledger)
    hand_out(ledger)

    n_chunks = ledger.rebuild()

    assert n_chunks == 1
    assert numbers(ledger.hand_out(window=4)) == [[3, 4], [5, 6]]
    assert commit(ledger, claim)


def test_a_message_that_was_there_after_all_finds_its_chunk_taken(ledger):
    add_job(ledger, 2)
    [old] = hand_out(ledger)
    ledger.rebuild()
    [new] = hand_out(ledger)
    ledger.claim(new, worker="w1", lease_s=60)

    assert ledger.claim(old, worker="w2", lease_s=60) == []
