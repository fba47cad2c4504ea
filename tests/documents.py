"""Documents as people send them, made small: PDF, TIFF and ZIP, good and bad."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


def picture(grey: int = 200, size: tuple[int, int] = (60, 40), mode: str = "L") -> Image.Image:
    """A plain picture with a dark top left corner, so that a turn shows."""
    image = Image.new("L", size, grey)
    image.paste(0, (0, 0, size[0] // 4, size[1] // 4))
    return image.convert(mode)


def as_file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def scanned_pdf(images: Sequence[Image.Image]) -> bytes:
    """As a scanner writes it: every page is one picture."""
    first, *rest = images
    return as_file(first, "PDF", save_all=True, append_images=rest, resolution=100)


def text_pdf(n_pages: int = 1, *, password: str = "") -> bytes:
    """As a text processor writes it."""
    written = io.BytesIO()
    lock = StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(written, pagesize=(200, 300), encrypt=lock, invariant=1)
    for number in range(1, n_pages + 1):
        canvas.drawString(20, 280, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def empty_pages_pdf(n_pages: int) -> bytes:
    """So many pages with nothing on them."""
    pdf, written = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(n_pages):
        pdf.new_page(200, 300).close()
    pdf.save(written)
    pdf.close()
    return written.getvalue()


def tiff(images: Sequence[Image.Image], compression: str = "tiff_lzw") -> bytes:
    first, *rest = images
    return as_file(first, "TIFF", save_all=True, append_images=rest, compression=compression)


def tiff_with_broken_second_page() -> bytes:
    """Three pages, of which the second one's compressed pixels are noise."""
    noise = np.random.default_rng(1).integers(0, 255, (200, 200), np.uint8)
    pages = [picture(100), Image.fromarray(noise), picture(50)]
    whole = bytearray(tiff(pages, "tiff_adobe_deflate"))
    at = whole.index(as_deflated(noise)[2:40])
    whole[at : at + 5000] = b"\xff" * 5000
    return bytes(whole)


def as_deflated(pixels: np.ndarray) -> bytes:
    """The pixels as they lie in a TIFF, to be found there."""
    with Image.open(io.BytesIO(tiff([Image.fromarray(pixels)], "tiff_adobe_deflate"))) as image:
        offset, length = image.tag_v2[273][0], image.tag_v2[279][0]
        image.fp.seek(offset)
        return image.fp.read(length)


def zipped(entries: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_encrypted_entry(archive: bytes, name: str) -> bytes:
    """The archive, one of whose entries says that it is encrypted."""
    data = bytearray(archive)
    for mark, flags_at, name_at in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = data.find(mark)
        while at >= 0:
            if data[at + name_at :].startswith(name.encode()):
                [flags] = struct.unpack_from("<H", data, at + flags_at)
                struct.pack_into("<H", data, at + flags_at, flags | 1)
            at = data.find(mark, at + 4)
    return bytes(data)


def with_page_turned(data: bytes, degrees: int) -> bytes:
    pdf, written = pypdfium2.PdfDocument(data), io.BytesIO()
    with closing(pdf[0]) as page:
        page.set_rotation(degrees)
    pdf.save(written)
    return written.getvalue()


def with_image_turned(image: Image.Image, degrees: int) -> bytes:
    width, height = image.size
    written = io.BytesIO()
    upright = degrees == 180
    canvas = Canvas(written, pagesize=(width, height) if upright else (height, width))
    canvas.translate(*{90: (0, width), 180: (width, height), 270: (height, 0)}[degrees])
    canvas.rotate(-degrees)
    canvas.drawImage(ImageReader(image), 0, 0, width, height)
    canvas.save()
    return written.getvalue()


def scan_with_writing() -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(200, 300))
    canvas.drawImage(ImageReader(picture()), 0, 0, 200, 300)
    canvas.drawString(20, 100, "12345")
    canvas.save()
    return written.getvalue()
