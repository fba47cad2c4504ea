"""The one scan that is the whole of a PDF page, as its scanner wrote it."""

from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from formdigits.documents.pixels import as_bytes, refuse_too_many

WHOLE_PAGE = 0.9
"""Share of the page that a scan of it covers."""
STRAIGHT = 0.01
"""Share of its size by which a turned image may be off a right angle."""
MAX_DEPTH = 4
"""Drawings within drawings that are looked into, as scanners nest them."""
EXIF_WITHIN = 200
"""Bytes at the start of a JPEG among which its tags begin."""
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
"""Degrees clockwise; Pillow counts the other way round."""


def embedded_scan(page: pypdfium2.PdfPage) -> bytes | None:
    """The bytes of the image that the page is; None where the page is anything else.

    Raises:
        TooLarge: the image has too many pixels.
    """
    image = only_image(page)
    if image is None or pdfium.FPDFPageObj_HasTransparency(image):
        return None
    turn = turn_of(page, image)
    metadata = image.get_metadata()
    if turn is None or metadata.colorspace == pdfium.FPDF_COLORSPACE_UNKNOWN:  # a stencil has no colours of its own
        return None
    refuse_too_many(*image.get_px_size())
    if turn == 0 and image.get_filters(skip_simple=True) == ["DCTDecode"] and is_plain(metadata):
        data = bytes(image.get_data(decode_simple=True))
        if b"Exif" not in data[:EXIF_WITHIN]:  # a PDF shows a photo as it lies, whatever its tag says
            return data
    bitmap = image.get_bitmap()
    try:
        picture = bitmap.to_pil()
        return as_bytes(picture.transpose(TURNS[turn]) if turn else picture)
    finally:
        bitmap.close()


def only_image(page: pypdfium2.PdfPage) -> Any:
    """The image that is all there is to see on a page, beside the unseen text that text recognition leaves."""
    if pdfium.FPDFPage_GetAnnotCount(page):
        return None
    found: Any = None
    for thing in page.get_objects(max_depth=1):
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT and is_unseen(thing):
            continue
        if thing.type != pdfium.FPDF_PAGEOBJ_IMAGE or found is not None:
            return None
        found = thing
    return found


def is_unseen(text: Any) -> bool:
    """Whether text is there to be searched, and not to be seen."""
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(text) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def is_plain(metadata: Any) -> bool:
    """Whether a JPEG looks outside of its PDF as it does inside: grey or RGB."""
    return metadata.colorspace in (
        pdfium.FPDF_COLORSPACE_DEVICEGRAY,
        pdfium.FPDF_COLORSPACE_DEVICERGB,
        pdfium.FPDF_COLORSPACE_CALGRAY,
        pdfium.FPDF_COLORSPACE_CALRGB,
        pdfium.FPDF_COLORSPACE_ICCBASED,
    ) and metadata.bits_per_pixel in (8, 24)


def turn_of(page: pypdfium2.PdfPage, image: Any) -> int | None:
    """Degrees clockwise by which the image is turned on the page; None where it is no scan of the whole page.

    The matrix lays a square of side 1 on the page, y going up (ISO 32000, 8.9.5).
    """
    a, b, c, d, _, _ = image.get_matrix().get()
    size = max(map(abs, (a, b, c, d)))
    width, height = page.get_size()
    if abs(a * d - b * c) < WHOLE_PAGE * width * height:
        return None
    if max(abs(b), abs(c)) < STRAIGHT * size and a * d > 0:
        turn = 0 if a > 0 else 180
    elif max(abs(a), abs(d)) < STRAIGHT * size and b * c < 0:
        turn = 270 if b > 0 else 90
    else:
        return None
    return int(turn + page.get_rotation()) % 360


def refuse_large_images(page: pypdfium2.PdfPage) -> None:
    """Raise TooLarge for a page on which an image has more pixels than are decoded."""
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_DEPTH):
        refuse_too_many(*image.get_px_size())
