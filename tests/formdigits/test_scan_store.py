import errno
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.errors import PathNotAllowed, StoreUnreachable, TooLarge, UnreadableFile
from formdigits.scan_store import ScanStore


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path, root):
    return ScanStore([root], tmp_path / "uploads", max_file_bytes=1000)


def test_a_scan_under_a_root_is_read(store, root):
    (root / "day one").mkdir()
    (root / "day one" / "p1.png").write_bytes(b"scan")

    data = store.read(str(root / "day one" / "p1.png"))

    assert data == b"scan"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "scans/p1.png",
        "",
        "{root}",
        "{root}-of-others/p1.png",
        "{root}/../secret.png",
        "{root}/a/../../secret.png",
        "{root}/..",
        "{root}/a\0b.png",
        "{root}/a\\b.png",
        "{root}/\ud800.png",
        "{root}/" + "a" * 1024,
    ],
)
def test_paths_that_do_not_stay_under_a_root_are_refused_before_the_disk_is_touched(store, root, path):
    path = path.replace("{root}", str(root))

    with pytest.raises(PathNotAllowed) as caught:
        store.check(path)

    assert str(root.parent) not in str(caught.value)


@given(st.text(max_size=60))
def test_a_name_that_passes_the_check_never_names_a_parent(name):
    store = ScanStore([], uploads=Path("/data/uploads"), max_file_bytes=1)

    try:
        store.check("/data/uploads/" + name)
    except PathNotAllowed:
        return

    assert os.path.normpath("/data/uploads/" + name).startswith("/data/uploads")


def test_names_with_dots_and_letters_of_any_script_are_allowed(store, root):
    (root / "..straße.tar.png").write_bytes(b"scan")

    assert store.read(str(root / "..straße.tar.png")) == b"scan"


def test_a_hundred_thousand_paths_are_checked_in_a_moment(store, root):
    paths = [f"{root}/batch/{i:06}.png" for i in range(100_000)]
    started_s = time.perf_counter()

    for path in paths:
        store.check(path)

    assert time.perf_counter() - started_s < 1


def test_a_link_out_of_the_root_is_not_followed(store, root, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (root / "link.png").symlink_to(tmp_path / "secret.png")

    with pytest.raises(PathNotAllowed, match=r"'link\.png' leads out"):
        store.read(str(root / "link.png"))


def test_a_folder_that_is_a_link_out_of_the_root_is_not_followed(store, root, tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "p1.png").write_bytes(b"secret")
    (root / "linked").symlink_to(tmp_path / "private")

    with pytest.raises(PathNotAllowed, match="leads out"):
        store.read(str(root / "linked" / "p1.png"))


def test_a_link_within_the_root_is_followed(store, root):
    (root / "p1.png").write_bytes(b"scan")
    (root / "link.png").symlink_to(root / "p1.png")

    assert store.read(str(root / "link.png")) == b"scan"


def test_a_root_may_itself_be_a_link(tmp_path, root):
    (root / "p1.png").write_bytes(b"scan")
    (tmp_path / "share").symlink_to(root)
    store = ScanStore([tmp_path / "share"], tmp_path / "uploads", max_file_bytes=1000)

    assert store.read(str(tmp_path / "share" / "p1.png")) == b"scan"


def test_a_fifo_is_refused_without_waiting_for_its_writer(store, root):
    os.mkfifo(root / "pipe.png")
    caught = []

    def read() -> None:
        try:
            store.read(str(root / "pipe.png"))
        except PathNotAllowed as error:
            caught.append(str(error))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(timeout=5)

    assert caught == ["'pipe.png' is not a regular file; submit a file"]


def test_a_folder_is_no_scan(store, root):
    (root / "folder.png").mkdir()

    with pytest.raises(PathNotAllowed, match="not a regular file"):
        store.read(str(root / "folder.png"))


def test_a_missing_file_is_named_by_its_place_under_the_root(store, root):
    with pytest.raises(UnreadableFile) as caught:
        store.read(str(root / "day" / "gone.png"))

    assert str(caught.value) == "'day/gone.png' does not exist; submit it from where it lies now"


def test_a_link_to_itself_is_an_error_and_not_a_loop(store, root):
    (root / "loop.png").symlink_to(root / "loop.png")

    with pytest.raises(UnreadableFile, match=r"loop\.png"):
        store.read(str(root / "loop.png"))


def test_a_file_above_the_limit_is_not_read(store, root):
    (root / "large.png").write_bytes(bytes(1001))

    with pytest.raises(TooLarge, match="1,000 bytes"):
        store.read(str(root / "large.png"))


def test_many_scans_are_read_in_their_order_each_as_its_bytes_or_its_error(store, root):
    (root / "p1.png").write_bytes(b"one")
    (root / "p2.png").write_bytes(b"two")
    names = ["p1.png", "gone.png", "../p1.png", "p2.png"]

    found = list(store.read_many(f"{root}/{name}" for name in names))

    assert [type(error) for error in found[1:3]] == [UnreadableFile, PathNotAllowed]
    assert [found[0], found[3]] == [b"one", b"two"]


def test_a_file_server_that_is_away_is_no_fault_of_the_scan(store, root, monkeypatch):
    def away(*_):
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr("formdigits.scan_files.os.open", away)

    with pytest.raises(StoreUnreachable, match=r"'p1\.png' cannot be read for now"):
        store.read(str(root / "p1.png"))
