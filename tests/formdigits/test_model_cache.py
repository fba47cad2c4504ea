"""Copies of model versions: fetched once, checked before each use, and few."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from formdigits.errors import ModelRefused, StoreUnreachable
from formdigits.model_cache import ModelCache
from formdigits.model_store import ModelStore
from formdigits.model_version import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, verify
from tests.models import publish


class Source:
    """Where versions are fetched from, and what was fetched."""

    def __init__(self, root):
        self.root, self.store = root / "versions", ModelStore(root)
        self.fetched = []

    def fetch(self, version):
        def fetch(name):
            self.fetched.append((version, name))
            return (self.root / version / name).read_bytes()

        return fetch


@pytest.fixture
def source(tmp_path):
    return Source(tmp_path / "models")


@pytest.fixture
def cache(tmp_path):
    return ModelCache(tmp_path / "cache")


def versions_in(cache_folder):
    return {path.name for path in cache_folder.iterdir() if path.is_dir()}


def test_a_version_is_fetched_once_and_whole(source, cache):
    version = publish(source.store, b"weights")

    folders = {cache.folder(version, source.fetch(version)) for _ in range(2)}

    [folder] = folders
    assert sorted(path.name for path in folder.iterdir()) == sorted([MODEL_FILE, GOLDEN_FILE, MANIFEST_FILE])
    assert verify(folder).version == version
    assert len(source.fetched) == 3


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, MANIFEST_FILE])
def test_a_copy_that_was_damaged_is_fetched_again(source, cache, name):
    version = publish(source.store, b"weights")
    folder = cache.folder(version, source.fetch(version))
    (folder / name).write_bytes(b"dam") if name != GOLDEN_FILE else (folder / name).unlink()

    again = cache.folder(version, source.fetch(version))

    assert (again / MODEL_FILE).read_bytes() == b"weights"
    assert (again / name).read_bytes() == (source.root / version / name).read_bytes()


def test_what_is_not_what_was_published_is_refused_and_not_kept(source, cache, tmp_path):
    version = publish(source.store, b"weights")
    (source.root / version / MODEL_FILE).write_bytes(b"other weights")

    with pytest.raises(ModelRefused, match=f"{version}.*sha256"):
        cache.folder(version, source.fetch(version))

    assert versions_in(tmp_path / "cache") == set()


def test_a_version_that_lacks_a_file_is_refused(source, cache):
    version = publish(source.store, b"weights")
    (source.root / version / GOLDEN_FILE).unlink()

    with pytest.raises(ModelRefused, match="missing"):
        cache.folder(version, source.fetch(version))


def test_a_store_that_goes_away_in_the_middle_leaves_nothing(source, cache, tmp_path):
    version = publish(source.store, b"weights")

    def gone(name):
        if name == MANIFEST_FILE:
            raise StoreUnreachable("away")
        return source.fetch(version)(name)

    with pytest.raises(StoreUnreachable):
        cache.folder(version, gone)

    assert versions_in(tmp_path / "cache") == set()


def test_the_three_versions_that_were_used_last_are_kept(source, cache, tmp_path):
    versions = [publish(source.store, bytes([number])) for number in range(5)]
    for version in versions[:3]:
        cache.folder(version, source.fetch(version))

    for version in (versions[0], *versions[3:]):
        cache.folder(version, source.fetch(version))

    assert versions_in(tmp_path / "cache") == {versions[0], *versions[3:]}


def test_processes_that_fetch_the_same_version_at_the_same_time_all_get_it(source, cache):
    version = publish(source.store, b"weights" * 10_000)

    with ThreadPoolExecutor(8) as processes:
        folders = list(processes.map(lambda _: cache.folder(version, source.fetch(version)), range(8)))

    assert {(folder / MODEL_FILE).read_bytes() for folder in folders} == {b"weights" * 10_000}
