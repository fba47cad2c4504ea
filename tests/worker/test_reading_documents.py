"""Documents in the worker: pages of a PDF are read like every page, a bad one ends by name, and the others go on."""

import cv2
import numpy as np
import pytest
from PIL import Image

from formdigits.form_template import FormShelf
from formdigits.messages import Chunk, PageRef
from formdigits.readings import PageFailure
from formdigits.scan_store import ScanStore
from tests.documents import as_file, scanned_pdf, text_pdf, tiff, tiff_with_broken_second_page
from tests.fakes import FakeClassifier
from worker.reading import read_chunks


@pytest.fixture
def read(tmp_path):
    """Read addresses of files in a folder, as pages of this form."""
    store = ScanStore([tmp_path], tmp_path / "uploads", 1_000_000, max_document_bytes=10_000_000)

    def read_addresses(files, addresses, form="single-digit@1"):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        pages = tuple(PageRef(number=i, path=f"{tmp_path}/{name}") for i, name in enumerate(addresses, start=1))
        chunk = Chunk(job_id="j", chunk_id=1, form=form, max_error=0.001, pages=pages)
        read_pages = read_chunks([chunk], forms=FormShelf([]), scans=store, classifier=FakeClassifier())[1]
        return [named(read_pages[i]) for i in range(1, len(pages) + 1)]

    return read_addresses


def named(result):
    return result.code if isinstance(result, PageFailure) else result.fields[0].text


def a_digit():
    image = np.full((60, 50), 255, np.uint8)
    cv2.putText(image, "7", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 4)
    return Image.fromarray(image)


def test_pages_of_documents_are_read_like_every_page(read):
    files = {
        "a.pdf": scanned_pdf([a_digit()] * 2),
        "b.tif": tiff([a_digit().convert("1")] * 2, "group4"),
        "broken.tif": tiff_with_broken_second_page(),
        "locked.pdf": text_pdf(password="secret"),
        "c.png": as_file(a_digit()),
    }
    addresses = ["a.pdf#page=1", "a.pdf#page=2", "b.tif#page=2", "broken.tif#page=2", "locked.pdf#page=1", "c.png"]

    found = read(files, addresses)

    assert found == ["7", "7", "7", "unreadable_file", "unreadable_file", "7"]


@pytest.mark.parametrize("image", [Image.new("L", (1, 1), 255), Image.new("1", (30_000, 2000), 1)])
def test_a_scan_of_an_odd_size_ends_by_name_or_blank(read, image):
    files = {"odd.pdf": scanned_pdf([image]), "odd.png": as_file(image), "a.pdf": scanned_pdf([a_digit()])}

    found = read(files, ["odd.pdf#page=1", "odd.png", "a.pdf#page=1"])

    assert found[0] == found[1] == ("_" if image.width == 1 else "too_large")
    assert found[2] == "7"


def test_a_pdf_of_text_alone_has_no_marks(read):
    found = read({"letter.pdf": text_pdf(2)}, ["letter.pdf#page=1", "letter.pdf#page=2"], "water-meter-card@1")

    assert found == ["no_marks", "no_marks"]
