import io
import resource
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formdigits.digit_crop import paper_is_light
from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType
from formdigits.scan import decode


def picture() -> np.ndarray:
    """White paper with a black corner at the top left and a grey one at the bottom right."""
    page = np.full((60, 40), 255, np.uint8)
    page[:20, :10] = 0
    page[50:, 30:] = 128
    return page


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    pixels = zlib.compress(bytes(width // 8 + 1) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_and_colour_files_of_every_kind_give_the_same_page(kind, mode):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    data = encoded(Image.fromarray(picture()).convert(mode), kind, **options)

    page = decode(data)

    assert page.dtype == np.uint8
    np.testing.assert_allclose(page.astype(int)[5:15, 3:7], 0, atol=12)
    np.testing.assert_allclose(page.astype(int)[53:58, 33:38], 128, atol=12)
    np.testing.assert_allclose(page.astype(int)[25:45, 15:25], 255, atol=12)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_rather_than_clipped(kind):
    data = encoded(Image.fromarray(picture().astype(np.uint16) * 257), kind)

    page = decode(data)

    np.testing.assert_array_equal(page, picture())


def test_16_bit_colour_is_read():
    data = cv2.imencode(".png", cv2.merge([picture().astype(np.uint16) * 257] * 3))[1].tobytes()

    page = decode(data)

    np.testing.assert_allclose(page.astype(int), picture(), atol=1)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_transparent_background_is_white_paper(mode):
    image = Image.new(mode, (40, 60))  # transparent black
    image.paste(Image.new(mode, (10, 20), (0, 0, 0, 255) if mode == "RGBA" else (0, 255)), (0, 0))

    page = decode(encoded(image, "PNG"))

    assert page[5, 5] == 0
    assert page[40, 20] == 255


def test_a_transparent_palette_entry_is_white_paper():
    image = Image.new("P", (40, 60), 0)
    image.putpalette([0, 0, 0, 10, 10, 10])
    image.paste(1, (0, 0, 10, 20))

    page = decode(encoded(image, "PNG", transparency=0))

    assert page[5, 5] == 10
    assert page[40, 20] == 255


def test_a_palette_is_looked_up():
    data = encoded(Image.fromarray(picture()).convert("RGB").quantize(4), "PNG")

    page = decode(data)

    np.testing.assert_allclose(page.astype(int), picture(), atol=2)


def test_one_bit_pixels_are_black_and_white():
    data = encoded(Image.fromarray(picture()).convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4")

    page = decode(data)

    assert set(np.unique(page)) == {0, 255}
    assert page[5, 5] == 0


def test_a_cmyk_jpeg_is_dark_where_its_ink_is():
    data = encoded(Image.fromarray(picture()).convert("RGB").convert("CMYK"), "JPEG", quality=95)

    page = decode(data)

    assert page[5:15, 3:7].max() < 30
    assert page[25:45, 15:25].min() > 225


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(("orientation", "quarter_turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_page_is_turned_as_its_exif_tag_says(kind, orientation, quarter_turns):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    data = encoded(Image.fromarray(picture()), kind, exif=exif, **options)

    page = decode(data)

    np.testing.assert_allclose(page.astype(int), np.rot90(picture(), quarter_turns), atol=60)
    assert np.abs(page.astype(int) - np.rot90(picture(), quarter_turns)).mean() < 5


@pytest.mark.parametrize("exif", [b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x05\x01"])
def test_a_damaged_exif_tag_spoils_no_good_picture(exif):
    data = encoded(Image.fromarray(picture()), "PNG", exif=b"Exif\0\0" + exif)

    np.testing.assert_array_equal(decode(data), picture())


def test_a_time_limit_is_not_taken_for_damage(monkeypatch):
    class TimeIsUp(Exception):
        pass

    def run_out(*_args: object, **_options: object) -> None:
        raise TimeIsUp

    monkeypatch.setattr("formdigits.scan.decode_plain", run_out)

    with pytest.raises(TimeIsUp):
        decode(encoded(Image.fromarray(picture()), "PNG"))


def test_a_digit_white_on_black_can_be_turned_black_on_white():
    data = encoded(Image.fromarray(255 - picture()), "PNG")

    page = paper_is_light(decode(data))

    np.testing.assert_array_equal(page, picture())


def test_an_empty_file_is_named_as_such():
    with pytest.raises(UnreadableFile, match="empty"):
        decode(b"")


def test_text_with_the_name_of_an_image_is_no_image():
    with pytest.raises(UnreadableFile, match="no image"):
        decode(b"customer;reading\n1234;56\n")


@pytest.mark.parametrize(("start", "ending"), [(b"%PDF-1.7\n%abc", ".pdf"), (b"PK\x03\x04" + bytes(20), ".zip")])
def test_a_document_by_another_name_is_told_the_ending_that_it_needs(start, ending):
    with pytest.raises(UnsupportedType, match=rf"give it the ending \{ending} and submit it"):
        decode(start)


@pytest.mark.parametrize(("data", "name"), [(b"%PDF-1.7\n%abc", "PDF"), (b"GIF89a" + bytes(20), "GIF")])
def test_other_kinds_of_file_are_refused_by_name(data, name):
    with pytest.raises(UnsupportedType, match=name):
        decode(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_an_error_and_never_half_a_page(kind, share):
    noise = np.random.default_rng(3).integers(0, 255, (200, 160), np.uint8)
    data = encoded(Image.fromarray(noise), kind)

    with pytest.raises(UnreadableFile):
        decode(data[: int(len(data) * share)])


def test_a_huge_picture_in_a_small_file_is_refused_without_decoding_it():
    data = png_header(20_000, 20_000)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(TooLarge, match="pixels"):
        decode(data)

    assert len(data) < 400_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 20_000


def test_a_chunk_that_says_it_is_longer_than_its_file_is_refused_without_making_room_for_it():
    data = bytearray(encoded(Image.fromarray(picture()), "PNG"))
    start = data.index(b"IDAT") - 4
    data[start : start + 4] = struct.pack(">I", 3_000_000_000)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(UnreadableFile):
        decode(bytes(data))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 20_000


def test_a_picture_just_above_the_limit_is_refused_with_its_size():
    with pytest.raises(TooLarge, match="8,000 x 5,001"):
        decode(png_header(8_000, 5_001))


def test_a_tiff_with_more_pages_is_not_silently_read_in_part():
    first, second = Image.fromarray(picture()), Image.fromarray(255 - picture())
    data = encoded(first, "TIFF", save_all=True, append_images=[second])

    with pytest.raises(UnsupportedType, match=r"2 pages; give it the ending \.tif and submit it"):
        decode(data)


def test_32_bit_pixels_are_refused():
    with pytest.raises(UnsupportedType, match="32 bits"):
        decode(encoded(Image.fromarray(picture().astype(np.float32)), "TIFF"))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_a_page_or_a_named_error_and_nothing_else(data):
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "TIFF", "BMP", "WEBP"]))
    scan = bytearray(encoded(Image.fromarray(picture()), kind))
    places = st.tuples(st.integers(0, len(scan) - 1), st.integers(0, 255))
    for position, value in data.draw(st.lists(places, max_size=6)):
        scan[position] = value

    try:
        page = decode(bytes(scan))
    except PageError:
        return

    assert page.ndim == 2
    assert page.dtype == np.uint8
