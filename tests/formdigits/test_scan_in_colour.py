import io

import cv2
import numpy as np
import pytest
from PIL import Image

from formdigits.errors import UnreadableFile
from formdigits.scan import decode, decode_scan, to_grey
from samples.scanner import simulate

RED_PEN = (150, 150, 235)
"""Blue, green and red of a faint pen."""


def sheet(pen: tuple[int, int, int] = RED_PEN) -> np.ndarray:
    """White paper of 300 x 200 pixels with one stroke."""
    page = np.full((300, 200, 3), 250, np.uint8)
    cv2.line(page, (60, 60), (60, 240), pen, 6)
    return page


def saved(page: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(page[:, :, ::-1])).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "WEBP"])
def test_the_colours_of_every_kind_of_file_are_kept(kind):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}

    scan = decode_scan(saved(sheet(), kind, **options))

    assert scan.shape == (300, 200, 3)
    np.testing.assert_allclose(scan[100:200, 59:62].mean(axis=(0, 1)), RED_PEN, atol=12)
    np.testing.assert_allclose(scan[100:200, 100:].mean(axis=(0, 1)), 250, atol=3)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [True, False])
def test_jpegs_of_every_sampling_keep_their_colours(subsampling, progressive):
    data = saved(sheet(), "JPEG", quality=80, subsampling=subsampling, progressive=progressive)

    scan = decode_scan(data)

    np.testing.assert_allclose(scan[100:200, 59:62].mean(axis=(0, 1)), RED_PEN, atol=15)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_scan_in_colour_that_shows_none_becomes_grey(kind):
    page = simulate(sheet(pen=(40, 40, 40)), np.random.default_rng(1))

    scan = decode_scan(saved(page, kind))

    assert scan.ndim == 2
    np.testing.assert_allclose(scan.astype(int), decode(saved(page, kind)).astype(int), atol=3)


@pytest.mark.parametrize("mode", ["1", "L"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_what_is_grey_stays_grey(mode, kind):
    stream = io.BytesIO()
    Image.fromarray(to_grey(sheet())).convert(mode).save(stream, kind)

    scan = decode_scan(stream.getvalue())

    np.testing.assert_array_equal(scan, decode(stream.getvalue()))


def test_a_colour_scan_is_turned_as_its_exif_tag_says():
    exif = Image.Exif()
    exif[0x0112] = 6

    scan = decode_scan(saved(sheet(), "JPEG", quality=95, exif=exif))

    assert scan.shape == (200, 300, 3)
    np.testing.assert_allclose(scan[59:62, 100:200].mean(axis=(0, 1)), RED_PEN, atol=15)


def test_transparent_colours_lie_on_white_paper():
    image = Image.new("RGBA", (200, 300))
    image.paste((235, 150, 150, 255), (50, 50, 60, 250))
    stream = io.BytesIO()
    image.save(stream, "PNG")

    scan = decode_scan(stream.getvalue())

    assert scan[100, 55].tolist() == list(RED_PEN)
    assert scan[100, 100].tolist() == [255, 255, 255]


def test_one_faint_red_digit_is_enough_to_keep_a_page_in_colour():
    page = np.full((2200, 1700, 3), 245, np.uint8)
    cv2.polylines(
        page, [np.array([[300, 300], [330, 300], [310, 350]])], isClosed=False, color=(205, 205, 242), thickness=4
    )

    assert decode_scan(saved(page, "JPEG", quality=85)).ndim == 3


def test_the_brightness_of_a_colour_scan_is_what_decoding_in_grey_gives():
    data = saved(simulate(sheet(), np.random.default_rng(2)), "JPEG", quality=90)

    np.testing.assert_allclose(to_grey(decode_scan(data)).astype(int), decode(data).astype(int), atol=8)


def test_a_colour_jpeg_cut_short_is_an_error_and_never_half_a_page():
    noise = np.random.default_rng(3).integers(0, 255, (200, 160, 3), np.uint8)
    data = saved(noise, "JPEG")

    with pytest.raises(UnreadableFile):
        decode_scan(data[: len(data) * 6 // 10])
