"""Whose turn it is."""

from collections import Counter

import pytest

from formdigits.ledger import line
from tests.formdigits.ledger.examples import add_job, claim_next, hand_out, new_pages, numbers


def turns(ledger, n):
    """The jobs of the next `n` messages of one chunk each, in their order."""
    return [message.chunks[0].job_id for message in hand_out(ledger, n)]


def add_tiny_job(ledger, **more):
    """A job of one page, which costs a hundredth of a message."""
    return add_job(ledger, 1, chunk_size=100, **more)


def jobs_of(message):
    return [chunk.job_id for chunk in message.chunks]


def test_a_job_is_read_in_the_order_of_its_pages(ledger):
    add_job(ledger, 6)

    assert numbers(hand_out(ledger, 3)) == [[1, 2], [3, 4], [5, 6]]


def test_two_large_jobs_take_turns(ledger):
    first = add_job(ledger, 40)
    begun = turns(ledger, 7)

    second = add_job(ledger, 40)

    assert begun == [first] * 7
    assert turns(ledger, 8) == [first, second] * 4


def test_a_small_job_waits_for_one_chunk_of_each_large_job_at_most(ledger):
    large = [add_job(ledger, 200) for _ in range(3)]
    turns(ledger, 30)

    small = add_job(ledger, 2)

    assert set(turns(ledger, 4)) == {*large, small}


def test_a_small_job_is_not_held_up_by_those_that_came_with_it(ledger):
    add_job(ledger, 200)
    small = [add_job(ledger, 2) for _ in range(20)]

    assert turns(ledger, 21)[1:] == small


@pytest.mark.parametrize(("priority", "n_of_nine"), [("high", 8), ("low", 1)])
def test_a_job_of_high_priority_gets_eight_times_the_share_and_a_low_one_an_eighth(ledger, priority, n_of_nine):
    job_id = add_job(ledger, 400, priority=priority)
    add_job(ledger, 400)
    turns(ledger, 18)

    assert Counter(turns(ledger, 90))[job_id] == n_of_nine * 10


def test_a_high_and_a_low_job_share_as_64_to_1(ledger):
    high, low = add_job(ledger, 400, priority="high"), add_job(ledger, 400, priority="low")
    turns(ledger, 65)

    assert Counter(turns(ledger, 130)) == {high: 128, low: 2}


def test_a_high_job_is_next_though_a_normal_one_was_there_before(ledger):
    normal = add_job(ledger, 100)
    turns(ledger, 5)

    high = add_job(ledger, 20, priority="high")

    assert turns(ledger, 10) == [normal, *[high] * 8, normal]


def test_a_low_job_begins_when_the_others_had_their_turns(ledger):
    normal = add_job(ledger, 100)

    low = add_job(ledger, 100, priority="low")

    assert turns(ledger, 9) == [*[normal] * 8, low]


def test_a_job_gets_another_share_from_now_on(ledger):
    first, second = add_job(ledger, 400), add_job(ledger, 400)
    turns(ledger, 10)

    ledger.set_priority(first, "high")

    turns(ledger, 2)
    assert Counter(turns(ledger, 90)) == {first: 80, second: 10}


def test_a_paused_job_stands_where_it_stood_before_and_not_in_front_of_all(ledger):
    first, second = add_job(ledger, 100), add_job(ledger, 100)
    ledger.pause(first)
    turns(ledger, 20)

    ledger.resume(first)

    assert set(turns(ledger, 2)) == {first, second}
    assert Counter(turns(ledger, 20)) == {first: 10, second: 10}


@pytest.mark.parametrize(("priority", "n_at_once"), [("high", 64), ("normal", 8), ("low", 8)])
def test_a_stream_of_small_jobs_that_never_ends_does_not_stop_large_ones(ledger, monkeypatch, priority, n_at_once):
    monkeypatch.setattr(line, "NEWCOMERS", 8)
    large = {add_job(ledger, 60, chunk_size=2), add_job(ledger, 60, chunk_size=2)}
    turns(ledger, 1)
    in_a_row = [0]

    for _ in range(2 * n_at_once):
        add_job(ledger, 1, chunk_size=1, priority=priority)  # one of them waits at all times
        in_a_row = [*in_a_row, 0] if large & set(turns(ledger, 1)) else [*in_a_row[:-1], in_a_row[-1] + 1]

    assert len(in_a_row) > 2
    assert max(in_a_row) <= n_at_once


def test_small_chunks_of_several_jobs_travel_in_one_message(ledger):
    jobs = [add_job(ledger, n, chunk_size=8) for n in (1, 2, 3)]

    [message] = hand_out(ledger, 9)

    assert jobs_of(message) == jobs
    assert numbers([message]) == [[1, 1, 2, 1, 2, 3]]


def test_a_message_holds_no_more_than_one_full_chunk(ledger):
    jobs = [add_job(ledger, 3, chunk_size=8) for _ in range(5)]

    messages = hand_out(ledger, 9)

    assert [jobs_of(message) for message in messages] == [jobs[:2], jobs[2:4], jobs[4:]]


def test_a_chunk_costs_its_share_of_a_full_chunk_of_its_own_job(ledger):
    images = [add_job(ledger, 64, chunk_size=256) for _ in range(2)]
    forms = [add_job(ledger, 2, chunk_size=8) for _ in range(3)]

    messages = hand_out(ledger, 9)

    assert [jobs_of(message) for message in messages] == [[*images, *forms[:2]], forms[2:]]


def test_two_full_chunks_travel_in_two_messages(ledger):
    add_job(ledger, 4)

    assert numbers(hand_out(ledger, 9)) == [[1, 2], [3, 4]]


def test_a_chunk_that_was_lost_travels_alone_and_first(ledger):
    add_tiny_job(ledger)
    lost = claim_next(ledger, lease_s=-1)
    others = [add_tiny_job(ledger) for _ in range(3)]

    messages = ledger.sweep(max_attempts=3, resend_after_s=60, queue_is_empty=False, window=4)

    assert [jobs_of(message) for message in messages] == [[lost.job_id], others]


def test_a_message_that_was_lost_is_sent_again_before_what_waits(ledger):
    add_job(ledger, 20)
    hand_out(ledger, 2)

    ledger.rebuild()

    assert numbers(hand_out(ledger, 3)) == [[1, 2], [3, 4], [5, 6]]


def test_a_job_in_parts_stands_in_line_like_one_that_came_whole(ledger):
    whole = add_job(ledger, 20)
    parts = add_job(ledger, 4, is_open=True)
    ledger.add_pages(parts, first=5, pages=new_pages(4))
    ledger.add_pages(parts, first=9, pages=new_pages(12))

    ledger.start_job(parts)

    assert turns(ledger, 10) == [whole, parts] * 5


def test_more_chunks_than_one_look_at_the_line_takes_come_one_look_after_the_other(ledger):
    for _ in range(3):
        add_job(ledger, 300, chunk_size=1)

    handed_out = [message for _ in range(3) for message in hand_out(ledger, 400)]

    assert len(handed_out) == 900
    assert len({(message.chunks[0].chunk_id) for message in handed_out}) == 900
