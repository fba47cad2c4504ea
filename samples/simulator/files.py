"""How a scan is kept: JPEG, PNG, or black and white after a threshold or as dots; its resolution may be wrong."""

import io

import numpy as np
from PIL import Image

from samples.simulator.sheet import Sheet

JPEG_QUALITY = (40, 95)
THRESHOLD = (0.55, 0.8)
"""Of the paper's level; what is darker becomes black."""
WRONG_DPI = 0.3
"""Share of files whose resolution is missing or wrong."""


def threshold(sheet: Sheet, rng: np.random.Generator) -> None:
    """See black and white alone, as fax machines and many feeders do."""
    sheet.make_grey()
    share = rng.uniform(*THRESHOLD)
    level = share * float(np.percentile(sheet.picture[::8, ::8], 90))
    sheet.picture = np.where(sheet.picture > level, np.uint8(255), np.uint8(0))
    sheet.note("threshold", share)


def dither(sheet: Sheet, rng: np.random.Generator) -> None:  # noqa: ARG001 every effect is called alike
    """See black and white alone, grey being dots."""
    sheet.make_grey()
    sheet.picture = np.array(Image.fromarray(sheet.picture).convert("1").convert("L"))
    sheet.note("dither")


def save_jpeg(sheet: Sheet, rng: np.random.Generator) -> bytes:
    """Keep it as a JPEG."""
    quality = int(rng.integers(JPEG_QUALITY[0], JPEG_QUALITY[1] + 1))
    sheet.note("jpeg", quality)
    return saved(sheet, rng, "JPEG", quality=quality)


def save_png(sheet: Sheet, rng: np.random.Generator) -> bytes:
    """Keep it as it is."""
    sheet.note("png")
    return saved(sheet, rng, "PNG", compress_level=1)


def save_tiff(sheet: Sheet, rng: np.random.Generator) -> bytes:
    """Keep a black and white scan as fax machines do."""
    sheet.note("tiff g4")
    return saved(sheet, rng, "TIFF", mode="1", compression="group4")


def saved(sheet: Sheet, rng: np.random.Generator, kind: str, mode: str | None = None, **options: object) -> bytes:
    """Encode the picture, with its resolution, another one, or none."""
    stream, image = io.BytesIO(), Image.fromarray(sheet.picture)
    if rng.random() < WRONG_DPI:
        tag = int(rng.choice([72, 96, 300]))
        options |= {"dpi": (tag, tag)} if rng.random() < 0.5 else {}
        sheet.note("wrong dpi tag")
    else:
        options |= {"dpi": (sheet.effects["dpi"],) * 2}
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()
