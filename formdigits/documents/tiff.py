"""TIFF files, as fax servers and scanners write them: many pages, each with its own compression."""

from typing import BinaryIO

import numpy as np
from PIL import Image

from formdigits.documents.pixels import as_bytes, refuse_too_many
from formdigits.errors import PageError, TooLarge, UnreadableFile, UnsupportedType
from formdigits.scan import DAMAGE, MAX_PIXELS, TIFF_PHOTOMETRIC, WHITE_IS_ZERO

TROUBLE = (*DAMAGE, Image.DecompressionBombError)
COUNT_TO = 2001
"""One more than a document may have: a chain of a million pages is not walked to its end."""


class Tiff:
    """A TIFF file.  A damaged page does not touch those before it."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._image = Image.open(stream, formats=("TIFF",))
        except TROUBLE as error:
            raise damage(error, "the TIFF is damaged or cut short; scan or copy it again") from error

    def count(self) -> int:
        """Pages up to the end of the chain; where a link of it is broken, that page counts, and is none of the good."""
        n_pages = 1
        try:
            while n_pages < COUNT_TO:
                self._image.seek(n_pages)
                n_pages += 1
        except EOFError:
            pass
        except TROUBLE as error:
            damage(error, "")
            n_pages += 1
        return n_pages

    def page(self, number: int) -> bytes:
        try:
            self._image.seek(number - 1)
            refuse_too_many(*self._image.size)
            return as_bytes(self._upright())
        except EOFError as error:
            raise UnreadableFile(
                f"there is no page {number} in the TIFF, or it is cut short; scan or copy it again"
            ) from error
        except TROUBLE as error:
            raise damage(error, "this page of the TIFF is damaged; scan or copy it again") from error

    def close(self) -> None:
        self._image.close()

    def _upright(self) -> Image.Image:
        """The pixels of the page where it stands, black being 0; Pillow turns them as the orientation tag says."""
        image = self._image
        image.load()
        if image.mode in ("I", "F"):
            raise UnsupportedType("images with 32 bits a pixel are not read; save it with 8 or 16")
        if not image.mode.startswith("I;16"):
            return image
        values = np.asarray(image).astype(np.uint16)
        tags = getattr(image, "tag_v2", {})
        return Image.fromarray(65535 - values if tags.get(TIFF_PHOTOMETRIC) == WHITE_IS_ZERO else values)


def damage(error: Exception, sentence: str) -> PageError:
    """Name what Pillow tripped over; what the disk says, and not Pillow, is raised as it is."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return TooLarge(f"a page has far more pixels than the {MAX_PIXELS:,} that are allowed; scan at 300 dpi")
    return UnreadableFile(sentence)
