"""What a file is, by its first bytes."""

from typing import Literal

Kind = Literal["pdf", "tiff", "zip", "image"]

HEAD_BYTES = 1024
"""A PDF may have so much before its first line."""
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM")
TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
SUFFIX_OF: dict[Kind | None, str] = {"pdf": ".pdf", "tiff": ".tif", "zip": ".zip"}
"""Endings by which a document that was told by its content is known from then on."""


def kind_of(head: bytes) -> Kind | None:
    """Tell a file by its first kilobyte; None for what is neither an image nor a document that is read."""
    if head.startswith(TIFFS):
        return "tiff"
    if head.startswith(ZIPS):
        return "zip"
    if head.startswith(IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    return "pdf" if b"%PDF-" in head[:HEAD_BYTES] else None
