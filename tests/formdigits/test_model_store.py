"""Model versions: whole or not there, never changed, one of them current; in a folder and on S3 alike."""

import numpy as np
import pytest

from formdigits.errors import ModelRefused, NotFound
from formdigits.model_version import MANIFEST_FILE, MODEL_FILE, read_golden
from tests.models import GOLDEN


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


def test_the_shipped_model_seeds_an_empty_store_and_no_other(store, publish):
    store.seed()
    shipped = store.current()
    own = publish(b"own")
    store.promote(own)

    store.seed()

    assert store.verify(shipped).n_classes == 11
    assert store.current() == own
