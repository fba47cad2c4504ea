"""Scans and uploads on S3: the same promises as in folders, and what is not the scan's fault passes."""

import io
import signal

import pytest

from formdigits import s3
from formdigits.errors import PathNotAllowed, ServerUnreachable, StoreUnreachable, TooLarge, UnreadableFile
from formdigits.s3 import S3
from formdigits.scan_store import ScanStore
from tests.s3 import running_s3


@pytest.fixture
def scans(s3_bucket):
    return f"{s3_bucket}/scans"


@pytest.fixture
def store(s3_bucket, scans):
    return ScanStore([scans], f"{s3_bucket}/uploads", max_file_bytes=1000)


def test_a_scan_under_a_root_is_read_and_named_by_its_place_there(store, scans):
    S3().put(f"{scans}/day one/straße?versionId=1#.png", b"scan")

    data = store.read(f"{scans}/day one/straße?versionId=1#.png")

    assert data == b"scan"
    assert store.name(f"{scans}/day one/straße?versionId=1#.png") == "day one/straße?versionId=1#.png"


@pytest.mark.parametrize(
    "path",
    [
        "{bucket}/other/p1.png",
        "{bucket}/scans-of-others/p1.png",
        "{bucket}/scans",
        "{bucket}/scans/",
        "{bucket}/scans/day/",
        "{bucket}/scans/../other/p1.png",
        "{bucket}/scans/a.png::http://evil.test/b.png",
        "simplecache::{bucket}/scans/p1.png",
        "s3://another-bucket/scans/p1.png",
        "http://evil.test/scans/p1.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "{bucket}/scans/a\0b.png",
        "{bucket}/scans/" + "a" * 1024,
    ],
)
def test_addresses_that_do_not_stay_under_a_root_are_refused_before_anybody_is_asked(s3_bucket, scans, path):
    store = ScanStore([scans], "/data/uploads", max_file_bytes=1000)

    with pytest.raises(PathNotAllowed) as caught:
        store.read(path.replace("{bucket}", s3_bucket))

    assert s3_bucket not in str(caught.value)


def test_a_missing_object_is_named_by_its_place_under_the_root(store, scans):
    with pytest.raises(UnreadableFile) as caught:
        store.read(f"{scans}/day/gone.png")

    assert str(caught.value) == "'day/gone.png' does not exist; submit it from where it lies now"


def test_an_object_above_the_limit_is_not_read(store, scans):
    S3().put(f"{scans}/large.png", bytes(1001))

    with pytest.raises(TooLarge, match=r"'large\.png' has more than 1,000 bytes"):
        store.read(f"{scans}/large.png")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("403-AccessDenied", UnreadableFile),
        ("403-InvalidObjectState", UnreadableFile),
        ("403-ExpiredToken", StoreUnreachable),
        ("403-SignatureDoesNotMatch", StoreUnreachable),
        ("404-NoSuchBucket", StoreUnreachable),
        ("500-InternalError", StoreUnreachable),
        ("503-SlowDown", StoreUnreachable),
    ],
)
def test_only_what_is_the_fault_of_an_object_ends_its_page(store, scans, answer, error):
    with pytest.raises(error, match=answer[4:]):
        store.read(f"{scans}/answer-{answer}")


def test_a_body_that_breaks_off_is_no_fault_of_the_scan(store, scans):
    with pytest.raises(StoreUnreachable, match="broke off"):
        store.read(f"{scans}/cut-short")


def test_many_are_read_in_their_order_each_as_its_bytes_or_its_error(store, scans, tmp_path):
    (tmp_path / "local.png").write_bytes(b"local")
    store = ScanStore([scans, tmp_path], tmp_path / "uploads", max_file_bytes=1000)
    for number in range(40):
        S3().put(f"{scans}/{number}.png", bytes([number]))
    S3().put(f"{scans}/large.png", bytes(1001))
    good = [f"{scans}/{number}.png" for number in range(40)]
    bad = [f"{scans}/gone.png", f"{scans}/large.png", "s3://another-bucket/p1.png"]

    found = list(store.read_many([*good[:20], *bad, str(tmp_path / "local.png"), "/etc/passwd", *good[20:]]))

    numbers = [bytes([number]) for number in range(40)]
    assert found[:20] + found[-20:] == numbers
    assert [type(error) for error in found[20:23]] == [UnreadableFile, TooLarge, PathNotAllowed]
    assert found[23] == b"local"
    assert isinstance(found[24], PathNotAllowed)


def test_many_are_asked_for_at_the_same_time(store, scans):
    # The server answers each of the first sixteen when all of them have asked, and no sooner.
    paths = [f"{scans}/together-{s3.AT_A_TIME}/{number}.png" for number in range(s3.AT_A_TIME)]
    for path in paths:
        S3().put(path, path.encode())

    found = list(store.read_many(paths))

    assert found == [path.encode() for path in paths]


def test_no_more_are_asked_for_than_somebody_will_soon_look_at(scans):
    asked = []

    def urls():
        for number in range(1000):
            asked.append(number)
            yield f"{scans}/{number}.png"

    found = S3().get_each(urls(), most_bytes=1000)
    next(found)
    found.close()

    assert len(asked) <= s3.AT_A_TIME + 1


def test_an_upload_reads_back_as_it_was_sent_and_the_same_one_twice_is_one_object(store, s3_bucket):
    paths = {store.save(io.BytesIO(b"scan")) for _ in range(2)}

    [path] = paths
    assert store.read(path) == b"scan"
    assert [listed.url for listed in S3().under(s3_bucket)] == [path]


def test_many_uploads_are_kept_in_their_order(store):
    paths = store.save_many(io.BytesIO(bytes([number])) for number in range(40))

    assert list(store.read_many(paths)) == [bytes([number]) for number in range(40)]


def test_an_upload_above_the_limit_is_not_kept(store, s3_bucket):
    with pytest.raises(TooLarge):
        store.save(io.BytesIO(bytes(1001)))

    assert list(S3().under(s3_bucket)) == []


def test_an_upload_is_removed_when_it_is_old_enough_and_once(store):
    path = store.save(io.BytesIO(b"scan"))

    young = store.delete(path, older_than_s=60)
    removed = [store.delete(path, older_than_s=-60) for _ in range(2)]

    assert (young, removed) == (False, [True, False])
    with pytest.raises(UnreadableFile, match="does not exist"):
        store.read(path)


def test_uploads_are_listed_and_nothing_else_that_lies_there(store, s3_bucket):
    path = store.save(io.BytesIO(b"scan"))
    S3().put(f"{s3_bucket}/uploads/README", b"not ours")

    assert list(store.uploads(older_than_s=60)) == []
    assert list(store.uploads(older_than_s=-60)) == [path]


def test_an_upload_that_comes_again_is_as_young_as_a_new_one(store, monkeypatch):
    path = store.save(io.BytesIO(b"scan"))
    before = S3().changed_at(path)
    monkeypatch.setattr("formdigits.uploads.FRESH_S", -1)

    store.save(io.BytesIO(b"scan"))

    assert S3().changed_at(path) >= before


@pytest.mark.parametrize("name", ["scans/p1.png", "uploads/README", "uploads/../scans/p1.png"])
def test_nothing_but_an_upload_is_ever_removed(store, s3_bucket, name):
    with pytest.raises(PathNotAllowed):
        store.delete(f"{s3_bucket}/{name}", older_than_s=0)


def test_when_s3_is_down_nothing_fails_for_good_and_when_it_is_back_all_goes_on(monkeypatch):
    monkeypatch.setitem(s3.OPTIONS, "retries", {"total_max_attempts": 1})
    with running_s3() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        bucket = server.new_bucket()
        store = ScanStore([], f"{bucket}/uploads", max_file_bytes=1000)
        path = store.save(io.BytesIO(b"scan"))

        server.end()

        for ask in (lambda: store.read(path), lambda: list(store.read_many([path])), lambda: store.save(io.BytesIO())):
            with pytest.raises(ServerUnreachable) as caught:
                ask()
            assert caught.value.retryable
        server.start()
        server.new_bucket(bucket)
        assert store.read(store.save(io.BytesIO(b"scan"))) == b"scan"


def test_an_s3_that_is_silent_is_given_up(monkeypatch):
    monkeypatch.setitem(s3.OPTIONS, "read_timeout", 0.2)
    monkeypatch.setitem(s3.OPTIONS, "retries", {"total_max_attempts": 1})
    with running_s3() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        bucket = server.new_bucket()
        store = ScanStore([bucket], "/data/uploads", max_file_bytes=1000)
        server.process.send_signal(signal.SIGSTOP)

        with pytest.raises(StoreUnreachable):
            store.read(f"{bucket}/p1.png")
