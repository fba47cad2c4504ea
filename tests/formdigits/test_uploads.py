"""Uploads in a folder: kept once, under the hash of their content, and removed when nobody needs them."""

import io
from pathlib import Path

import pytest

from formdigits.errors import PathNotAllowed, StoreUnreachable, TooLarge
from formdigits.scan_store import ScanStore


@pytest.fixture
def store(tmp_path):
    return ScanStore([], tmp_path / "uploads", max_file_bytes=1000)


class EndlessStream(io.RawIOBase):
    """Never ends, and counts what was taken of it."""

    n_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.n_bytes += size
        return bytes(size)


def test_an_upload_reads_back_as_it_was_sent(store):
    path = store.save(io.BytesIO(b"scan"))

    assert store.read(path) == b"scan"


def test_the_same_upload_twice_is_one_file(store, tmp_path):
    paths = {store.save(io.BytesIO(b"scan")) for _ in range(2)}

    files = [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert [str(file) for file in files] == list(paths)


def test_an_upload_above_the_limit_is_dropped_while_it_comes_in(store, tmp_path):
    stream = EndlessStream()

    with pytest.raises(TooLarge):
        store.save(stream)

    assert stream.n_bytes <= 1_000_000
    assert list((tmp_path / "uploads").iterdir()) == []


def test_uploads_that_cannot_be_kept_may_be_sent_again_later(store, tmp_path):
    (tmp_path / "uploads").write_bytes(b"a file is in the way")

    with pytest.raises(StoreUnreachable, match="uploads cannot be kept"):
        store.save(io.BytesIO(b"scan"))


def test_an_upload_is_removed_when_it_is_old_enough_and_once(store):
    path = store.save(io.BytesIO(b"scan"))

    young = store.delete(path, older_than_s=60)
    removed = [store.delete(path, older_than_s=-60) for _ in range(2)]

    assert (young, removed) == (False, [True, False])


def test_uploads_are_listed_and_so_is_what_broke_off(store, tmp_path):
    path = store.save(io.BytesIO(b"scan"))
    (tmp_path / "uploads" / "incoming-x1_y").write_bytes(b"sc")
    (tmp_path / "uploads" / "README").write_bytes(b"not ours")

    assert list(store.uploads(older_than_s=60)) == []
    assert sorted(store.uploads(older_than_s=-60)) == sorted([path, str(tmp_path / "uploads" / "incoming-x1_y")])


@pytest.mark.parametrize("name", ["scans/p1.png", "uploads/README", "uploads/../scans/p1.png", "uploads"])
def test_nothing_but_an_upload_is_ever_removed(store, tmp_path, name):
    with pytest.raises(PathNotAllowed):
        store.delete(f"{tmp_path}/{name}", older_than_s=0)


def test_an_upload_is_on_the_disk_before_anybody_is_told_that_it_is_kept(store, tmp_path, monkeypatch):
    synchronised = set()
    monkeypatch.setattr("formdigits.scan_files.synchronise", synchronised.add)

    paths = store.save_many([io.BytesIO(b"one"), io.BytesIO(b"two")])

    uploads = tmp_path / "uploads"
    assert synchronised == {*map(Path, paths), *(Path(path).parent for path in paths), uploads}
