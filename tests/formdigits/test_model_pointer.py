"""Which version is current: one pointer, moved by one at a time, in a folder and on S3 alike."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from formdigits.errors import BadRequest, ModelRefused
from formdigits.model_version import MODEL_FILE


def test_promoting_moves_the_pointer_and_the_copy_for_other_programs(store, publish, place):
    first, second = publish(b"first"), publish(b"second")

    store.promote(first)
    store.promote(second)

    assert store.current() == second
    assert place.read(MODEL_FILE) == b"second"


def test_rolling_back_goes_back_one_by_one(store, publish, place):
    versions = [publish(content) for content in (b"1", b"2", b"3")]
    for version in versions:
        store.promote(version)

    gone_back = [store.roll_back(), store.roll_back()]

    assert gone_back == [versions[1], versions[0]]
    assert place.read(MODEL_FILE) == b"1"
    with pytest.raises(BadRequest, match="no earlier"):
        store.roll_back()


def test_a_version_rolled_back_and_promoted_again_is_the_same_file(store, publish, place):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    store.promote(second)

    store.roll_back()
    store.promote(second)

    assert place.read(MODEL_FILE) == b"second"


def test_a_promotion_that_may_not_be_moves_nothing(store, publish, place):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)

    promoted = store.promote(second, may=lambda: False)

    assert not promoted
    assert (store.current(), place.read(MODEL_FILE)) == (first, b"first")


def test_whether_a_promotion_may_be_is_asked_again_when_the_pointer_moved_meanwhile(store, publish, place):
    versions = [publish(content) for content in (b"1", b"2", b"3")]
    store.promote(versions[0])
    asked = []

    def may():
        asked.append(store.current())
        if len(asked) == 1:
            place.store().promote(versions[1])  # another process, right before our own move
        return len(asked) == 1

    promoted = store.promote(versions[2], may=may)

    assert not promoted
    assert asked == versions[:2]
    assert store.current() == versions[1]


def test_promotions_at_the_same_time_all_count(store, publish, place):
    versions = [publish(bytes([number])) for number in range(6)]

    with ThreadPoolExecutor(len(versions)) as processes:
        list(processes.map(lambda version: place.store().promote(version), versions))

    assert sorted(store.latest_first()) == sorted(versions)
    assert place.read(MODEL_FILE) == bytes([versions.index(store.current())])


def test_readers_never_see_half_a_model_while_versions_change(store, publish, place):
    contents = {b"a" * 200_000, b"b" * 200_000}
    first, second = (publish(content) for content in sorted(contents))
    store.promote(first)
    seen = set()
    done = threading.Event()

    def read_on():
        while not done.is_set():
            seen.add(place.read(MODEL_FILE))

    reader = threading.Thread(target=read_on)
    reader.start()
    for _ in range(3):
        store.promote(second)
        store.promote(first)
    done.set()
    reader.join()

    assert seen <= contents


def test_what_a_killed_promotion_left_undone_is_done_at_the_next_start(store, publish, place):
    version = publish(b"new")
    store.promote(version)
    place.write(MODEL_FILE, b"old")

    store.seed()

    assert place.read(MODEL_FILE) == b"new"


def test_a_damaged_pointer_is_an_error_with_a_sentence(store, place):
    place.write("current.json", b"{")

    with pytest.raises(ModelRefused, match="pointer"):
        store.current()
