"""Large JPEGs are decoded at a half or a quarter of their size, where that is enough."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from formdigits.errors import UnreadableFile
from formdigits.scan import decode_reduced, decode_scan

SMALL = (100.0, 150.0)


def picture(width: int = 401, height: int = 603) -> Image.Image:
    """White paper with a red stroke from the top to the bottom, and a black one at the top left."""
    page = np.full((height, width, 3), 250, np.uint8)
    page[:, width // 2 : width // 2 + 8] = (235, 150, 150)
    page[40:56, 40:120] = 30
    return Image.fromarray(page)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def turned(tag: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = tag
    return exif


KINDS = {
    "colour": saved(picture(), quality=92),
    "progressive": saved(picture(), quality=92, progressive=True),
    "every pixel its colour": saved(picture(), quality=92, subsampling=0),
    "grey": saved(picture().convert("L"), quality=92),
    "cmyk": saved(picture().convert("CMYK"), quality=92),
    "from a phone": saved(picture(), quality=92, exif=turned(6)),
    "grey, upside down": saved(picture().convert("L"), quality=92, exif=turned(3)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [2, 4])
def test_every_kind_of_jpeg_is_decoded_smaller_and_shows_the_same(kind, step):
    whole = decode_scan(KINDS[kind])

    scan, found = decode_reduced(KINDS[kind], (401 / step - 1, 603 / step - 1))

    height, width = (-(-side // step) for side in whole.shape[:2])
    assert (found, scan.shape) == (step, (height, width, *whole.shape[2:]))
    padded = np.pad(whole, [(0, 4), (0, 4), (0, 0)][: whole.ndim], "edge")[: height * step, : width * step]
    expected = cv2.resize(padded, (width, height), interpolation=cv2.INTER_AREA)
    inside = slice(3, -3), slice(3, -3)
    assert np.abs(scan[inside].astype(int) - expected[inside]).mean() < 2.5


@given(
    st.tuples(st.integers(8, 90), st.integers(8, 90)),
    st.tuples(st.floats(1, 50), st.floats(1, 50)).map(sorted).map(tuple),
)
def test_no_scan_becomes_smaller_than_what_is_enough_and_the_smallest_such_is_taken(size, least_px):
    data = saved(Image.new("RGB", size, "white"))

    scan, step = decode_reduced(data, least_px)

    def enough(some: int) -> bool:
        return all(side / some >= least for side, least in zip(sorted(size), least_px, strict=True))

    assert step == max([some for some in (1, 2, 4) if enough(some)], default=1)
    assert scan.shape[:2] == tuple(-(-side // step) for side in size[::-1])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_what_is_no_jpeg_keeps_its_size(kind):
    scan, step = decode_reduced(saved(picture(), kind), SMALL)

    assert (scan.shape[:2], step) == ((603, 401), 1)


def test_who_does_not_say_what_is_enough_is_given_all_pixels():
    assert decode_scan(KINDS["colour"]).shape == (603, 401, 3)
    assert decode_reduced(KINDS["colour"]).step == 1


def test_one_faint_red_digit_keeps_a_page_in_colour_at_half_its_size_too():
    page = np.full((3300, 2550, 3), 245, np.uint8)
    way = np.array([[450, 450], [495, 450], [465, 525]])
    cv2.polylines(page, [way], isClosed=False, color=(242, 205, 205), thickness=6)

    scan, step = decode_reduced(saved(Image.fromarray(page), quality=85), (1200, 1600))

    assert (scan.ndim, step) == (3, 2)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_cut_short_is_an_error_at_half_its_size_too(mode):
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 255, (400, 320, 3), np.uint8)).convert(mode)
    data = saved(noise)

    with pytest.raises(UnreadableFile):
        decode_reduced(data[: len(data) * 6 // 10], SMALL)
