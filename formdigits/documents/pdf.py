"""PDF files: a page that is one scan gives that scan, every other page is drawn."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, BinaryIO

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from formdigits.documents.pdf_scan import embedded_scan, refuse_large_images
from formdigits.documents.pixels import as_bytes
from formdigits.errors import UnreadableFile
from formdigits.scan import DAMAGE, MAX_PIXELS

DRAWN_DPI = 300
POINTS_PER_INCH = 72


class Pdf:
    """A PDF file, read from its stream as its pages are asked for; one thread at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = Blocks(stream)
        with self._named():
            self._pdf = pypdfium2.PdfDocument(self._stream)

    def count(self) -> int:
        return len(self._pdf)

    def page(self, number: int) -> bytes:
        if number > len(self._pdf):
            raise UnreadableFile(f"there is no page {number} in the PDF; it has {len(self._pdf)}; name one of those")
        with self._named(), closing(self._pdf[number - 1]) as page:
            scan = embedded_scan(page)
            return as_bytes(drawn(page)) if scan is None else scan

    def close(self) -> None:
        self._pdf.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What pdfium and Pillow trip over, by name."""
        try:
            yield
        except pypdfium2.PdfiumError as error:
            self._stream.raise_kept()
            raise UnreadableFile(wrong_with(error)) from error
        except DAMAGE as error:
            self._stream.raise_kept()
            raise UnreadableFile("this page of the PDF is damaged; scan or save it again") from error
        self._stream.raise_kept()


class Blocks:
    """A stream for pdfium, in which what goes wrong while reading would be lost: it is kept, and raised afterwards."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: Any = stream
        self._kept: BaseException | None = None
        self.seek, self.tell, self.read = stream.seek, stream.tell, stream.read

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._stream.readinto(buffer))
        except BaseException as error:  # noqa: BLE001 a time limit, too
            self._kept = error
            return 0

    def raise_kept(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            raise kept


def drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """The page as it would be printed at 300 dpi, or at what its size allows; grey where nothing on it has a colour."""
    refuse_large_images(page)
    width_pt, height_pt = page.get_size()
    scale = min(DRAWN_DPI / POINTS_PER_INCH, (0.99 * MAX_PIXELS / (width_pt * height_pt)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    try:
        pixels = bitmap.to_numpy()[..., :3]
        is_grey = (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all()
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if is_grey else pixels))
    finally:
        bitmap.close()


def wrong_with(error: pypdfium2.PdfiumError) -> str:
    """A sentence for what pdfium says by number."""
    code = getattr(error, "err_code", None)
    if code == pdfium.FPDF_ERR_PASSWORD:
        return "the PDF is locked by a password; save it without one"
    if code == pdfium.FPDF_ERR_SECURITY:
        return "the PDF is locked in a way that is not read; print it into a new one"
    return "the PDF is damaged, cut short or has no pages; scan or save it again"
