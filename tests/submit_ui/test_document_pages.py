"""What becomes of documents, good and bad, when they are submitted; as it runs in the child."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from formdigits.documents import archive
from formdigits.scan import decode
from formdigits.scan_store import ScanStore
from submit_ui.document_pages import Scan, pages_of
from tests.documents import (
    as_file,
    empty_pages_pdf,
    picture,
    scanned_pdf,
    text_pdf,
    tiff,
    tiff_with_broken_second_page,
    with_encrypted_entry,
    zipped,
)

PNG = as_file(picture())


@pytest.fixture
def store(tmp_path):
    (tmp_path / "scans").mkdir()
    return ScanStore([tmp_path / "scans"], tmp_path / "uploads", 100_000, max_document_bytes=20_000_000)


@pytest.fixture
def look(store, tmp_path):
    """Look into a file of this name and content."""

    def look_into(name, data):
        path = tmp_path / "scans" / name
        path.write_bytes(data)
        return pages_of(store, Scan(str(path), name, is_upload=False))

    return look_into


def seen(pages):
    return [(page.name, page.code) for page in pages]


def test_every_page_of_a_pdf_is_a_page_of_the_job(look, store):
    pages = look("a.pdf", scanned_pdf([picture(), picture(90)]))

    assert seen(pages) == [("a.pdf p. 1", ""), ("a.pdf p. 2", "")]
    assert [decode(store.read(page.path))[-3, -3] for page in pages] == [200, 90]
    assert not any(page.is_upload for page in pages)


def test_a_tiff_of_one_page_stays_the_file_that_it_is(look, tmp_path):
    pages = look("a.tif", tiff([picture()]))

    assert pages == [Scan(str(tmp_path / "scans/a.tif"), "a.tif", is_upload=False)]


def test_an_image_that_is_called_a_document_is_read_as_what_it_is(look, tmp_path):
    pages = look("a.pdf", PNG)

    assert pages == [Scan(str(tmp_path / "scans/a.pdf"), "a.pdf", is_upload=False)]


def test_the_files_of_a_zip_become_uploads_in_the_order_that_people_count_in(look, store):
    pages = look(
        "in.zip", zipped({"p10.png": PNG, "day/p2.pdf": scanned_pdf([picture()] * 2), "p9.png": PNG, "day/": b""})
    )

    assert seen(pages) == [
        ("in.zip/day/p2.pdf p. 1", ""),
        ("in.zip/day/p2.pdf p. 2", ""),
        ("in.zip/p9.png", ""),
        ("in.zip/p10.png", ""),
    ]
    assert all(page.is_upload and decode(store.read(page.path)).shape == (40, 60) for page in pages)
    assert pages[2].path == pages[3].path


def test_what_systems_put_into_a_zip_is_left_out(look):
    pages = look("in.zip", zipped({"a.png": PNG, ".DS_Store": b"x", "__MACOSX/._a.png": b"x"}))

    assert seen(pages) == [("in.zip/a.png", "")]


def test_every_bad_file_of_a_zip_fails_alone_and_by_name(look, store):
    entries = {
        "good.png": PNG,
        "locked.png": PNG,
        "notes.txt": b"hello",
        "/etc/absolute.png": PNG,
        "../up.png": PNG,
        "inner.zip": zipped({"a.png": PNG}),
        "large.bmp": as_file(picture(size=(900, 900)), "BMP"),
        "locked.pdf": text_pdf(password="secret"),
    }

    pages = look("in.zip", with_encrypted_entry(zipped(entries), "locked.png"))

    assert dict(seen(pages)) == {
        "in.zip/good.png": "",
        "in.zip/locked.png": "unsupported_type",
        "in.zip/notes.txt": "unsupported_type",
        "in.zip//etc/absolute.png": "path_not_allowed",
        "in.zip/../up.png": "path_not_allowed",
        "in.zip/inner.zip": "unsupported_type",
        "in.zip/large.bmp": "too_large",
        "in.zip/locked.pdf": "unreadable_file",
    }
    assert all(page.message for page in pages if page.code)


def test_a_file_of_a_zip_with_damaged_bytes_fails_alone(look):
    data = bytearray(zipped({"a.png": PNG, "b.png": as_file(picture(20))}))
    at = data.index(b"a.png") + 20
    data[at : at + 20] = bytes(20)

    pages = look("in.zip", bytes(data))

    assert seen(pages) == [("in.zip/a.png", "unreadable_file"), ("in.zip/b.png", "")]


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(look, tmp_path):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("zeros.bmp", "w") as entry:
        for _ in range(150):
            entry.write(bytes(1_000_000))

    pages = look("bomb.zip", written.getvalue())

    assert seen(pages) == [("bomb.zip", "too_large")]
    assert not (tmp_path / "uploads").exists()


def test_a_zip_with_too_many_files_is_refused(look, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)

    pages = look("in.zip", zipped({f"{i}.png": PNG for i in range(4)}))

    assert seen(pages) == [("in.zip", "too_large")]


def test_an_office_document_is_not_unpacked(look):
    pages = look("in.zip", zipped({"[Content_Types].xml": b"<x/>", "word/media/image1.png": PNG}))

    assert seen(pages) == [("in.zip", "unsupported_type")]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("password.pdf", text_pdf(password="secret"), "unreadable_file"),
        ("long.pdf", empty_pages_pdf(5000), "too_large"),
        ("cut.pdf", scanned_pdf([picture()])[:700], "unreadable_file"),
        ("no-pages.pdf", b"%PDF-1.7\n%%EOF", "unreadable_file"),
        ("cut.tif", tiff([picture()])[:12], "unreadable_file"),
        ("cut.zip", zipped({"a.png": PNG})[:60], "unreadable_file"),
        ("empty.zip", zipped({}), "unreadable_file"),
        ("large.tif", b"II*\0" + bytes(20_000_000), "too_large"),
    ],
)
def test_a_document_that_cannot_be_read_is_one_failed_page(look, name, data, code):
    pages = look(name, data)

    assert seen(pages) == [(name, code)]


def test_a_failed_document_is_looked_into_again_when_its_page_is_read_again(look, store, tmp_path):
    [page] = look("a.pdf", text_pdf(password="secret"))

    (tmp_path / "scans/a.pdf").write_bytes(scanned_pdf([picture(90)]))

    assert decode(store.read(page.path))[-3, -3] == 90


def test_a_document_that_is_not_there_fails_by_name(store, tmp_path):
    pages = pages_of(store, Scan(str(tmp_path / "scans/none.pdf"), "none.pdf", is_upload=False))

    assert seen(pages) == [("none.pdf", "unreadable_file")]


def test_a_tiff_with_a_broken_page_is_submitted_whole_and_that_page_fails_alone(look, store):
    pages = look("a.tif", tiff_with_broken_second_page())

    found = list(store.read_many([page.path for page in pages]))

    assert [getattr(one, "code", "read") for one in found] == ["read", "unreadable_file", "read"]


@pytest.mark.parametrize("image", [Image.new("L", (1, 1), 255), Image.new("1", (30_000, 1000), 1)])
def test_pages_of_odd_sizes_are_counted_like_any_other(look, image):
    pages = look("a.pdf", scanned_pdf([image, picture()]))

    assert seen(pages) == [("a.pdf p. 1", ""), ("a.pdf p. 2", "")]


@example(position=2, value=1)  # where an entry then begins before the file does
@given(position=st.integers(0, 400), value=st.integers(0, 255))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_zip_ends_in_named_pages(look, position, value):
    data = bytearray(zipped({"a.png": PNG, "b.tif": tiff([picture()] * 2)}))
    data[-1 - position % len(data)] = value

    pages = look("in.zip", bytes(data))

    assert pages
    assert all(
        page.code in ("", "unreadable_file", "unsupported_type", "too_large", "path_not_allowed") for page in pages
    )
