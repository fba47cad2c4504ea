"""Model versions: whole or not there, never changed, one of them current."""

import threading

import numpy as np
import pytest

from formdigits.errors import BadRequest, ModelRefused, NotFound
from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE, read_golden
from tests.fakes import MANIFEST_DRAFT

CROPS = np.ones((2, 28, 28, 1), np.float32)
GOLDEN = np.full((2, 11), 1 / 11, np.float32)


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


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
    assert (folder / "report" / "training.png").read_bytes() == b"picture"
    assert store.verify(version).metrics == {"accuracy": 0.99}
    assert np.array_equal(read_golden(folder)[1], GOLDEN)


def test_publishing_does_not_promote(store, publish):
    publish(b"weights")

    assert store.current() is None


def test_promoting_moves_the_pointer_and_the_copy_for_other_programs(store, publish):
    first, second = publish(b"first"), publish(b"second")

    store.promote(first)
    store.promote(second)

    assert store.current() == second
    assert (store.root / MODEL_FILE).read_bytes() == b"second"


def test_rolling_back_goes_back_one_by_one(store, publish):
    versions = [publish(content) for content in (b"1", b"2", b"3")]
    for version in versions:
        store.promote(version)

    gone_back = [store.roll_back(), store.roll_back()]

    assert gone_back == [versions[1], versions[0]]
    assert (store.root / MODEL_FILE).read_bytes() == b"1"
    with pytest.raises(BadRequest, match="no earlier"):
        store.roll_back()


def test_a_version_rolled_back_and_promoted_again_is_the_same_file(store, publish):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    store.promote(second)

    store.roll_back()
    store.promote(second)

    assert (store.root / MODEL_FILE).read_bytes() == b"second"


def test_a_changed_file_is_not_promoted(store, publish):
    version = publish(b"weights")
    (store.folder(version) / MODEL_FILE).write_bytes(b"other weights")

    with pytest.raises(ModelRefused, match="sha256"):
        store.promote(version)

    assert store.current() is None


def test_a_version_is_listed_only_when_it_is_whole(store, publish):
    whole = publish(b"weights")
    half = store.root / "versions" / ".aside-half"
    half.mkdir()
    (half / MODEL_FILE).write_bytes(b"wei")

    assert [manifest.version for manifest in store.versions()] == [whole]


def test_a_failed_publish_leaves_nothing(store, publish, tmp_path):
    with pytest.raises(FileNotFoundError):
        publish(b"weights", report=tmp_path / "no-such-report")

    assert list((store.root / "versions").iterdir()) == []


@pytest.mark.parametrize("version", ["nope", "../versions", ".aside-half", ""])
def test_an_unknown_version_is_not_found(store, publish, version):
    publish(b"weights")

    with pytest.raises(NotFound):
        store.folder(version)


def test_readers_never_see_half_a_model_while_versions_change(store, publish):
    contents = {b"a" * 200_000, b"b" * 200_000}
    first, second = (publish(content) for content in sorted(contents))
    store.promote(first)
    seen = set()
    done = threading.Event()

    def read_on():
        while not done.is_set():
            seen.add((store.root / MODEL_FILE).read_bytes())

    reader = threading.Thread(target=read_on)
    reader.start()
    for _ in range(10):
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
