"""Pictures of digit images inside the page itself: hundreds of requests for a few hundred bytes each are slow."""

import time
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

import cv2

from formdigits.errors import PageError, StoreUnreachable
from formdigits.ledger import PageRow
from formdigits.readings import PageReading
from formdigits.scan import decode
from formdigits.scan_store import ScanStore
from submit_ui.pictures import reduced

LARGEST_TILE_PX = 96
ENOUGH_TIME_S = 0.5


def inline_pictures(scans: ScanStore, rows: Iterable[PageRow]) -> dict[int, str]:
    """The picture of each page that was read, as an address that holds the picture.

    Pages whose turn does not come in time have an empty one, and the browser asks for their picture by itself.
    """
    pictures: dict[int, str] = defaultdict(str)
    ends_at = time.monotonic() + ENOUGH_TIME_S
    read = [row for row in rows if isinstance(row.result, PageReading)]
    with suppress(StoreUnreachable):
        for row, data in zip(read, scans.read_many(row.path for row in read), strict=True):
            if time.monotonic() > ends_at:
                break
            pictures[row.number] = inline_picture(data)
    return pictures


def inline_picture(data: bytes | PageError) -> str:
    """One picture; empty where the scan is gone."""
    if isinstance(data, PageError):
        return ""
    try:
        picture = reduced(decode(data), LARGEST_TILE_PX)
    except PageError:
        return ""
    return "data:image/png;base64," + b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
