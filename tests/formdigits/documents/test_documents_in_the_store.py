"""Pages of documents through the store: addressed, opened once for pages that follow each other, in flat memory."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from formdigits.errors import PathNotAllowed
from formdigits.s3 import S3
from formdigits.scan import decode
from formdigits.scan_store import ScanStore
from tests.documents import as_file, picture, scanned_pdf, text_pdf, tiff

PNG = as_file(picture(50))


@pytest.fixture
def root(tmp_path):
    (tmp_path / "scans").mkdir()
    return tmp_path / "scans"


@pytest.fixture
def store(root, tmp_path):
    return ScanStore([root], tmp_path / "uploads", 2_000, max_document_bytes=100_000)


def greys(found):
    """The paper of each page, or the name of what was wrong with it."""
    return [int(decode(one)[-3, -3]) if isinstance(one, bytes) else one.code for one in found]


def test_pages_are_named_after_their_document(store, root):
    assert store.name(f"{root}/day/a.pdf#page=12") == "day/a.pdf p. 12"


def test_pages_and_plain_scans_come_in_the_order_in_which_they_are_asked_for(store, root):
    (root / "a.pdf").write_bytes(scanned_pdf([picture(200), picture(100)]))
    (root / "b.tif").write_bytes(tiff([picture(150), picture(90)]))
    (root / "c.png").write_bytes(PNG)
    asked = ["a.pdf#page=2", "a.pdf#page=1", "c.png", "b.tif#page=2", "a.pdf#page=3", "none.pdf#page=1", "b.tif#page=1"]

    found = list(store.read_many(f"{root}/{name}" for name in asked))

    assert greys(found) == [100, 200, 50, 90, "unreadable_file", "unreadable_file", 150]


def test_a_document_is_opened_once_for_pages_that_follow_each_other(store, root, monkeypatch):
    (root / "a.pdf").write_bytes(scanned_pdf([picture(grey) for grey in (10, 60, 110)]))
    opened = []
    really = ScanStore._open
    monkeypatch.setattr(ScanStore, "_open", lambda self, *given: opened.append(given[0]) or really(self, *given))

    found = list(store.read_many(f"{root}/a.pdf#page={number}" for number in (1, 2, 3)))

    assert greys(found) == [10, 60, 110]
    assert opened == [f"{root}/a.pdf"]


def test_all_pages_of_a_locked_document_fail_alike(store, root):
    (root / "a.pdf").write_bytes(text_pdf(2, password="secret"))
    (root / "c.png").write_bytes(PNG)

    found = list(store.read_many([f"{root}/a.pdf#page=1", f"{root}/a.pdf#page=2", f"{root}/c.png"]))

    assert greys(found) == ["unreadable_file", "unreadable_file", 50]


@pytest.mark.parametrize("path", ["/etc/a.pdf#page=1", "{root}/../a.pdf#page=1", "{root}/link.pdf#page=1"])
def test_a_document_is_kept_under_the_roots_like_every_scan(store, root, tmp_path, path):
    (tmp_path / "secret.pdf").write_bytes(scanned_pdf([picture()]))
    (root / "link.pdf").symlink_to(tmp_path / "secret.pdf")

    with pytest.raises(PathNotAllowed):
        store.read(path.replace("{root}", str(root)))


def test_documents_have_a_limit_of_their_own(store, root):
    (root / "a.pdf").write_bytes(scanned_pdf([picture()]) + bytes(50_000))
    (root / "b.pdf").write_bytes(scanned_pdf([picture()]) + bytes(100_000))

    found = list(store.read_many([f"{root}/a.pdf#page=1", f"{root}/b.pdf#page=1"]))

    assert greys(found) == [200, "too_large"]
    assert "more than 100,000 bytes" in str(found[1])


def test_an_upload_that_is_a_document_says_so_in_its_name_and_has_that_limit(store):
    paths = store.save_many([io.BytesIO(scanned_pdf([picture()]) + bytes(9_000)), io.BytesIO(PNG)])

    assert paths[0].endswith(".pdf")
    assert "." not in Path(paths[1]).name
    assert greys(store.read_many([f"{paths[0]}#page=1", paths[1]])) == [200, 50]


def test_a_document_on_s3_is_fetched_and_read(s3_bucket, tmp_path):
    store = ScanStore([f"{s3_bucket}/scans"], f"{s3_bucket}/uploads", 2_000, max_document_bytes=100_000)
    S3().put(f"{s3_bucket}/scans/a.pdf", scanned_pdf([picture(200), picture(100)]))
    S3().put(f"{s3_bucket}/scans/b.pdf", scanned_pdf([picture()]) + bytes(100_000))
    upload = store.save(io.BytesIO(tiff([picture(150)] * 2)))
    asked = [
        *(f"{s3_bucket}/scans/{name}" for name in ("a.pdf#page=1", "a.pdf#page=2", "b.pdf#page=1", "none.pdf#page=1"))
    ]

    found = list(store.read_many([*asked, f"{upload}#page=2"]))

    assert greys(found) == [200, 100, "too_large", "unreadable_file", 150]


GROWTH = """
import sys
from pathlib import Path
from formdigits.scan import decode
from formdigits.scan_store import ScanStore

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

store = ScanStore([sys.argv[1]], sys.argv[1] + "/uploads", 64_000_000, max_document_bytes=500_000_000)
used_mb = []
for first in range(1, 301, 8):
    for data in store.read_many(f"{sys.argv[1]}/a.pdf#page={n}" for n in range(first, min(first + 8, 301))):
        decode(data)
    used_mb.append(resident_mb())
print(max(used_mb[5:]) - used_mb[4])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory is in use")
def test_a_long_pdf_is_read_chunk_by_chunk_in_flat_memory(root):
    noise = os.urandom(600 * 800)
    pages = [noisy(noise, shift) for shift in range(300)]
    (root / "a.pdf").write_bytes(scanned_pdf(pages))

    reader = subprocess.run([sys.executable, "-c", GROWTH, str(root)], capture_output=True, text=True, check=True)

    assert (root / "a.pdf").stat().st_size > 40_000_000
    assert float(reader.stdout) < 15


def noisy(noise, shift):
    from PIL import Image

    return Image.frombytes("L", (600, 800), noise[shift:] + noise[:shift])
