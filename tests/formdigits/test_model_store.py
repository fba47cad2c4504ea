"""Model versions: whole or not there, never changed, one of them current; in a folder and on S3 alike."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from formdigits.errors import BadRequest, ModelRefused, NotFound
from formdigits.model_store import ModelStore
from formdigits.model_version import MANIFEST_FILE, MODEL_FILE, read_golden
from formdigits.s3 import S3
from tests.fakes import MANIFEST_DRAFT

CROPS = np.ones((2, 28, 28, 1), np.float32)
GOLDEN = np.full((2, 11), 1 / 11, np.float32)


class Folder:
    """The place of a store, as an operator sees it."""

    def __init__(self, root, cache):
        self.root, self.cache = root, cache

    def store(self):
        return ModelStore(self.root, self.cache)

    def read(self, name):
        return (self.root / name).read_bytes()

    def write(self, name, data):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)

    def remove(self, name):
        (self.root / name).unlink()


class Bucket(Folder):
    """The same on S3."""

    def read(self, name):
        return S3().get(f"{self.root}/{name}", most_bytes=10**9).data

    def write(self, name, data):
        S3().put(f"{self.root}/{name}", data)

    def remove(self, name):
        S3().delete(f"{self.root}/{name}")


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "models", tmp_path / "cache")
    return Bucket(f"{request.getfixturevalue('s3_bucket')}/the/models", tmp_path / "cache")


@pytest.fixture
def store(place):
    return place.store()


@pytest.fixture
def publish(store, tmp_path):
    def publish(content, report=None):
        h5 = tmp_path / "made.h5"
        h5.write_bytes(content)
        return store.publish(
            h5, draft=MANIFEST_DRAFT, golden_crops=CROPS, golden_probabilities=GOLDEN, report=report
        ).version

    return publish


def test_a_published_version_holds_what_was_published(store, publish, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "training.png").write_bytes(b"picture")

    version = publish(b"weights", report=tmp_path / "report")

    folder = store.folder(version)
    assert (folder / MODEL_FILE).read_bytes() == b"weights"
    assert store.reports() == {version: ["training.png"]}
    assert store.report_file(version, "training.png") == b"picture"
    assert store.verify(version).metrics == {"accuracy": 0.99}
    assert np.array_equal(read_golden(folder)[1], GOLDEN)


def test_publishing_does_not_promote(store, publish):
    publish(b"weights")

    assert store.current() is None


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


def test_a_changed_file_is_not_promoted(store, publish, place):
    version = publish(b"weights")
    place.write(f"versions/{version}/{MODEL_FILE}", b"other weights")

    with pytest.raises(ModelRefused, match="sha256"):
        store.promote(version)

    assert store.current() is None


def test_a_version_whose_file_is_gone_is_not_promoted(store, publish, place):
    version = publish(b"weights")
    place.remove(f"versions/{version}/{MODEL_FILE}")

    with pytest.raises(ModelRefused, match="missing"):
        store.promote(version)


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


def test_a_version_is_listed_only_when_it_is_whole(store, publish, place):
    whole = publish(b"weights")
    place.write(f"versions/20990101T000000000Z-00000000/{MODEL_FILE}", b"wei")
    place.write(f"versions/.aside-half/{MANIFEST_FILE}", b"{}")

    assert [manifest.version for manifest in store.versions()] == [whole]
    with pytest.raises(NotFound):
        store.folder("20990101T000000000Z-00000000")


def test_a_failed_publish_leaves_nothing(store, publish, tmp_path):
    with pytest.raises(FileNotFoundError):
        publish(b"weights", report=tmp_path / "no-such-report")

    assert store.versions() == []
    assert list(tmp_path.rglob(".aside-*")) == []


@pytest.mark.parametrize("version", ["nope", "../versions", ".aside-half", "", "1/2", "20990101T000000000Z-00000000"])
def test_an_unknown_version_is_not_found(store, publish, version):
    publish(b"weights")

    with pytest.raises(NotFound):
        store.folder(version)


@pytest.mark.parametrize("name", ["../manifest.json", "gone.png", ".", ""])
def test_a_report_gives_nothing_but_its_own_files(store, publish, name):
    version = publish(b"weights")

    with pytest.raises(NotFound, match="has no file"):
        store.report_file(version, name)


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


def test_the_shipped_model_seeds_an_empty_store_and_no_other(store, publish):
    store.seed()
    shipped = store.current()
    own = publish(b"own")
    store.promote(own)

    store.seed()

    assert store.verify(shipped).n_classes == 11
    assert store.current() == own


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
