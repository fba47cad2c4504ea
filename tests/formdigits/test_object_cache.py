"""Documents on S3 are fetched once for the chunks that follow each other, and again when they were changed."""

import io

import pytest

from formdigits.errors import UnreadableFile
from formdigits.object_cache import ObjectCache
from formdigits.s3 import S3
from formdigits.scan_store import ScanStore
from tests.documents import as_file, picture, tiff

DOCUMENT = bytes(range(200)) * 5


class Counting(S3):
    """Counts what is fetched."""

    def __init__(self):
        self.fetched = []

    def copy(self, url, file, *, most_bytes):
        self.fetched.append(url)
        return super().copy(url, file, most_bytes=most_bytes)


@pytest.fixture
def asked(s3_bucket):
    s3 = Counting()
    for name in "abc":
        s3.put(f"{s3_bucket}/{name}", name.encode() + DOCUMENT)
    return s3


def read(cache, url):
    with cache.open(url, most_bytes=10_000) as stream:
        return stream.read()


def test_a_document_is_fetched_once_and_anew_when_it_was_changed(asked, s3_bucket):
    cache = ObjectCache(asked)

    before = [read(cache, f"{s3_bucket}/a") for _ in range(3)]
    asked.put(f"{s3_bucket}/a", b"changed")
    after = [read(cache, f"{s3_bucket}/a") for _ in range(2)]

    assert before == [b"a" + DOCUMENT] * 3
    assert after == [b"changed"] * 2
    assert len(asked.fetched) == 2


def test_the_documents_opened_longest_ago_make_room(asked, s3_bucket):
    cache = ObjectCache(asked, most_bytes=2500)

    for name in "abacab":
        read(cache, f"{s3_bucket}/{name}")

    assert [url[-1] for url in asked.fetched] == ["a", "b", "c", "b"]


def test_one_that_is_larger_than_all_that_is_kept_is_read_too(asked, s3_bucket):
    cache = ObjectCache(asked, most_bytes=10)

    assert [read(cache, f"{s3_bucket}/a") for _ in range(2)] == [b"a" + DOCUMENT] * 2
    assert len(asked.fetched) == 2


def test_two_readers_of_a_document_do_not_move_each_other(asked, s3_bucket):
    cache = ObjectCache(asked)

    with (
        cache.open(f"{s3_bucket}/a", most_bytes=10_000) as one,
        cache.open(f"{s3_bucket}/a", most_bytes=10_000) as other,
    ):
        one.seek(-3, io.SEEK_END)
        begins, ends = other.read(3), one.read()

    assert (begins, ends) == (b"a\x00\x01", DOCUMENT[-3:])


def test_a_document_that_was_removed_is_no_longer_read(s3_bucket):
    store = ScanStore([s3_bucket], f"{s3_bucket}/uploads", max_file_bytes=10_000)
    path = f"{s3_bucket}/pages.tif"
    S3().put(path, tiff([picture(), picture(90)]))

    first = store.read(f"{path}#page=1")
    S3().delete(path)

    assert first.startswith(as_file(picture(), "TIFF")[:4])
    with pytest.raises(UnreadableFile, match="does not exist"):
        store.read(f"{path}#page=2")
