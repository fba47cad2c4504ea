"""One page out of a PDF or a TIFF, as an image that is decoded like every scan."""

import io

import numpy as np
import pytest
from PIL import Image

from formdigits.documents import open_document, page_of
from formdigits.documents.opening import checked_count
from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType
from formdigits.scan import decode
from tests.documents import (
    as_file,
    empty_pages_pdf,
    picture,
    scan_with_writing,
    scanned_pdf,
    text_pdf,
    tiff,
    tiff_with_broken_second_page,
    with_image_turned,
    with_page_turned,
    zipped,
)


def n_pages(data: bytes) -> int:
    return checked_count(open_document(io.BytesIO(data)))


def dark_corner(page: np.ndarray) -> tuple[bool, bool]:
    """Whether the darkest corner is at the bottom, and whether it is on the right."""
    height, width = page.shape
    corners = {
        (bottom, right): page[(height - 5) * bottom + 2, (width - 5) * right + 2]
        for bottom in (False, True)
        for right in (False, True)
    }
    return min(corners, key=lambda corner: corners[corner])


def test_a_scanned_page_gives_its_scan_at_its_own_size():
    data = scanned_pdf([picture(200), picture(90, (80, 30))])

    pages = [decode(page_of(data, number)) for number in (1, 2)]

    assert n_pages(data) == 2
    assert [page.shape for page in pages] == [(40, 60), (30, 80)]
    assert [int(page[-5, -5]) for page in pages] == [200, 90]


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_scan_in_a_pdf_keeps_its_pixels(mode):
    image = picture(255, mode=mode)

    page = decode(page_of(scanned_pdf([image]), 1))

    difference = np.abs(page.astype(int) - np.asarray(image.convert("L")).astype(int))
    assert page.shape == (40, 60)
    assert difference.mean() < 3


@pytest.mark.parametrize(("turn", "corner"), [(90, (False, True)), (180, (True, True)), (270, (True, False))])
def test_a_scan_that_lies_turned_on_its_page_is_turned_as_people_see_it(turn, corner):
    data = with_page_turned(scanned_pdf([picture()]), turn)

    page = decode(page_of(data, 1))

    assert page.shape == ((40, 60) if turn == 180 else (60, 40))
    assert dark_corner(page) == corner


@pytest.mark.parametrize(("turn", "corner"), [(90, (False, True)), (180, (True, True)), (270, (True, False))])
def test_a_scan_that_is_turned_by_its_own_place_is_turned_as_people_see_it(turn, corner):
    data = with_image_turned(picture(), turn)

    page = decode(page_of(data, 1))

    assert page.shape == ((40, 60) if turn == 180 else (60, 40))
    assert dark_corner(page) == corner


def test_a_page_of_text_is_drawn_at_300_dpi_in_grey():
    data = text_pdf(2)

    image = Image.open(io.BytesIO(page_of(data, 2)))

    assert image.mode == "L"
    assert image.size == (834, 1250)
    assert np.asarray(image).min() < 50


def test_a_page_with_writing_over_its_scan_is_drawn():
    page = decode(page_of(scan_with_writing(), 1))

    assert page.shape == (1250, 834)


def test_a_huge_page_is_drawn_within_the_limit_of_pixels():
    import pypdfium2

    pdf, written = pypdfium2.PdfDocument.new(), io.BytesIO()
    pdf.new_page(14_400, 14_400).close()
    pdf.save(written)

    page = decode(page_of(written.getvalue(), 1))

    assert 35_000_000 < page.size <= 40_000_000


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg", "tiff_adobe_deflate", None])
def test_every_page_of_a_tiff_is_read(compression):
    mode = "1" if compression == "group4" else "L"
    data = tiff([picture(255, mode=mode), picture(255, (80, 30), mode)], compression)

    pages = [decode(page_of(data, number)) for number in (1, 2)]

    assert n_pages(data) == 2
    assert [page.shape for page in pages] == [(40, 60), (30, 80)]
    assert all(dark_corner(page) == (False, False) and page[-3, -3] > 250 for page in pages)


def test_a_page_that_was_compressed_with_losses_loses_nothing_more():
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (64, 64), np.uint8))
    data = tiff([noise, noise], "jpeg")
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        as_it_was = np.array(image)

    page = decode(page_of(data, 2))

    assert np.array_equal(page, as_it_was)


def test_sixteen_bits_stay_sixteen_bits_until_they_are_decoded():
    ramp = np.linspace(0, 65535, 2400).reshape(40, 60).astype(np.uint16)

    page = decode(page_of(tiff([Image.fromarray(ramp)]), 1))

    assert np.array_equal(page, (ramp // 257).astype(np.uint8))


def test_a_broken_page_of_a_tiff_fails_alone():
    data = tiff_with_broken_second_page()

    with pytest.raises(UnreadableFile, match="this page of the TIFF is damaged"):
        page_of(data, 2)

    assert n_pages(data) == 3
    assert [decode(page_of(data, number))[-3, -3] for number in (1, 3)] == [100, 50]


@pytest.mark.parametrize(
    ("data", "kind", "sentence"),
    [
        (text_pdf(password="secret"), UnreadableFile, "locked by a password"),
        (scanned_pdf([picture()])[:700], UnreadableFile, "damaged, cut short or has no pages"),
        (b"%PDF-1.7\n%%EOF", UnreadableFile, "damaged, cut short or has no pages"),
        (b"II*\0\x08\0\0\0", UnreadableFile, "TIFF is damaged"),
        (zipped({"a.png": b""}), UnsupportedType, "unpacked when it is submitted"),
        (as_file(picture()), UnreadableFile, "no document"),
        (b"", UnreadableFile, "no document"),
        (empty_pages_pdf(2001), TooLarge, "more than 2,000 pages"),
        (tiff([picture(size=(1, 1))] * 2001), TooLarge, "more than 2,000 pages"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(data, kind, sentence):
    with pytest.raises(kind, match=sentence):
        n_pages(data)


@pytest.mark.parametrize("data", [scanned_pdf([picture()]), text_pdf(), tiff([picture()])])
def test_a_page_that_is_not_there_is_said_to_be_missing(data):
    with pytest.raises(UnreadableFile, match="there is no page 2"):
        page_of(data, 2)


@pytest.mark.parametrize("make", [scanned_pdf, tiff])
def test_a_page_with_too_many_pixels_fails_before_they_are_decoded(make):
    data = make([Image.new("1", (30_000, 2000), 1)])

    with pytest.raises(TooLarge, match="30,000 x 2,000 pixels"):
        page_of(data, 1)


def test_a_tiff_that_would_fill_the_memory_is_not_opened():
    data = tiff([Image.new("1", (60_000, 4000), 1)], "group4")

    with pytest.raises(TooLarge, match="far more pixels"):
        page_of(data, 1)


def test_damaged_bytes_anywhere_end_in_a_named_error_or_a_page():
    rng = np.random.default_rng(7)
    whole = [scanned_pdf([picture()] * 2), text_pdf(2), tiff([picture()] * 2, "jpeg"), tiff([picture()] * 2)]
    n_refused = 0

    for data in whole * 40:
        broken = bytearray(data)
        for at in rng.integers(8, len(data), 6):
            broken[at] = rng.integers(256)
        try:
            decode(page_of(bytes(broken), 2))
        except PageError:
            n_refused += 1

    assert 0 < n_refused < 160


def test_a_stream_that_fails_is_no_fault_of_the_pdf():
    class GoneAway(io.BytesIO):
        def readinto(self, buffer: object) -> int:
            raise OSError(116, "Stale file handle")

    with pytest.raises(OSError, match="Stale"):
        open_document(GoneAway(scanned_pdf([picture()])))
