"""Taking away the printed lines of boxes: the form says where they are, to a part of a millimetre the scan says it.

A line is told from ink by how light it is.  Where it is as dark as ink, it goes with what lies under it, and strokes
that come out on both sides of it are joined again.
"""

from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.ink import darkest

SAMPLES = 32
"""So many places along a line are looked at."""
DASHED = 0.7
"""A line is as dark as this quantile along it, so that one of dashes counts where a third of it is black."""
WHOLE = 0.15
"""A single line is darker than most of its field where all but this share of it is; no digit is as wide as its box."""
EDGE_SHARE = 0.35
"""A line ends where it is lighter than this share of its middle."""
DARKER_SHARE, DARKER = 0.25, 10
"""Ink is darker than the line by this share of the line's own darkness and this much of 255."""

ENOUGH = 96
"""Of 255: what is darker than this does not make a line more of a line."""

Pixels = tuple[slice, slice]
"""Rows and columns."""
Look = npt.NDArray[np.uint8]
"""Shape (channels, lines, across, along), 0 is paper and 255 black."""
Shape = Literal["separate", "adjoining", "comb"]


class Line(NamedTuple):
    """Where a line should be, in pixels."""

    upright: bool
    at: float
    """The middle of an upright line's columns, or of a level line's rows."""
    start: float
    end: float


class Found(NamedTuple):
    """Where lines are: shape (n,), the first and the last pixel across."""

    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]


def lines_of(boxes: list[Pixels], shape: Shape) -> list[Line]:
    """The lines of a row of boxes; those that two boxes share come once."""
    lines: dict[tuple[bool, int, int], Line] = {}
    for rows, columns in boxes:
        top = (rows.start + rows.stop) / 2 if shape == "comb" else rows.start
        for line in (
            Line(upright=False, at=rows.start, start=columns.start, end=columns.stop),
            Line(upright=False, at=rows.stop - 1, start=columns.start, end=columns.stop),
            Line(upright=True, at=columns.start, start=top, end=rows.stop),
            Line(upright=True, at=columns.stop - 1, start=top, end=rows.stop),
        ):
            lines.setdefault((line.upright, round(line.at / 3), round(line.start / 3)), line)
    if shape == "comb":
        tops = {rows.start for rows, _ in boxes}
        return [line for line in lines.values() if line.upright or line.at not in tops]
    return list(lines.values())


def erase_lines(planes: list[GreyPage], lines: list[Line], reach_px: int, corner_px: int) -> GreyPage:
    """Make printed lines paper and leave the ink that crosses them.

    Args:
        planes: the channels of a field on white paper.
        lines: where its lines should be.
        reach_px: they are looked for this far to both sides.
        corner_px: they are taken away this far beyond their ends.

    Returns:
        The darkest of the channels without the lines, 255 is paper.
    """
    looks = look_across(planes, lines, reach_px)
    found = find(looks.max(axis=0), np.array([line.upright for line in lines]))
    places = places_of(lines, found, reach_px, corner_px)
    mask = np.zeros_like(planes[0])
    for place in places:
        mask[place] = 255
    # In each channel by itself: a blue line hardly shows in blue, and black ink does.
    cleared = [clear(plane, places, levels_of(look, found)) for plane, look in zip(planes, looks, strict=True)]
    return joined(darkest(cleared), mask, round(float(np.median(found.last - found.first))) + 3)


def clear(plane: GreyPage, places: list[Pixels], levels: npt.NDArray[np.float64]) -> GreyPage:
    """Make paper of what is not darker than a line, where lines are."""
    lightest_ink = np.clip(255 - levels * (1 + DARKER_SHARE) - DARKER, 0, 255).astype(np.uint8)
    limit = np.full_like(plane, 255)
    for n in np.argsort(levels).tolist():  # where two cross, the darker one counts
        limit[places[n]] = lightest_ink[n]
    return cv2.max(plane, cv2.compare(plane, limit, cv2.CMP_GE)).astype(np.uint8, copy=False)


def look_across(planes: list[GreyPage], lines: list[Line], reach_px: int) -> Look:
    """How dark it is about every line."""
    across = np.arange(-reach_px, reach_px + 1)[None, :, None]
    share = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[None, None, :]
    at, start, end = (np.array([line[i] for line in lines], np.float64)[:, None, None] for i in (1, 2, 3))
    ups = np.array([line.upright for line in lines])[:, None, None]
    over = np.round(at).astype(np.intp) + across
    along = (start + (end - start) * share).astype(np.intp)
    height, width = planes[0].shape
    rows = np.clip(np.where(ups, along, over), 0, height - 1)
    columns = np.clip(np.where(ups, over, along), 0, width - 1)
    places = (rows * width + columns).ravel()
    seen: Look = 255 - np.stack([plane.ravel()[places] for plane in planes]).reshape(-1, *rows.shape)
    return seen


def find(look: npt.NDArray[np.uint8], upright: npt.NDArray[np.bool_]) -> Found:
    """Find each line where it is dark all along, and where the other lines of its direction are.

    Args:
        look: shape (lines, across, along).
        upright: shape (lines,).
    """
    profile = np.minimum(look, ENOUGH).mean(axis=2)
    common = np.zeros_like(profile)
    for way in (True, False):
        if (upright == way).any():
            common[upright == way] = profile[upright == way].mean(axis=0)
    n, middle = np.arange(len(profile)), (profile + common).argmax(axis=1)
    dark = profile >= EDGE_SHARE * profile[n, middle][:, None]
    first, last = middle.copy(), middle.copy()
    for _ in range(profile.shape[1] // 2):
        first = np.where((first > 0) & dark[n, first - 1], first - 1, first)
        last = np.where((last < profile.shape[1] - 1) & dark[n, (last + 1) % profile.shape[1]], last + 1, last)
    return Found(first, last)


def levels_of(look: npt.NDArray[np.uint8], found: Found) -> npt.NDArray[np.float64]:
    """How dark each line is in one channel, shape (lines,).

    All lines of a field are taken for as dark as most of them, because strokes may lie along one; only a line that is
    darker nearly all along is so itself: a scan in black and white may have lost the others.
    """
    within = np.arange(look.shape[1])[None, :, None]
    first, last = found.first[:, None, None], found.last[:, None, None]
    along = np.sort((look * ((within >= first) & (within <= last))).max(axis=1), axis=1)
    dashed, whole = (along[:, round(share * (SAMPLES - 1))] for share in (DASHED, WHOLE))
    thin = found.last - found.first < look.shape[1] // 2  # a box that is blackened has thick edges
    levels: npt.NDArray[np.float64] = np.maximum(np.median(dashed), whole * thin).astype(np.float64)
    return levels


def places_of(lines: list[Line], found: Found, reach_px: int, corner_px: int) -> list[Pixels]:
    """Where each line is, with its soft edges."""
    places = []
    for line, first, last in zip(lines, found.first.tolist(), found.last.tolist(), strict=True):
        low, high = (round(line.at) + offset - reach_px for offset in (first - 1, last + 1))
        across = slice(max(low, 0), max(high + 1, 0))
        along = slice(max(round(line.start) - corner_px, 0), max(round(line.end) + corner_px, 0))
        places.append((along, across) if line.upright else (across, along))
    return places


def joined(white: GreyPage, mask: GreyPage, gap_px: int) -> GreyPage:
    """Join strokes that come out on both sides of a line that was taken away.

    Args:
        white: the field without its lines.
        mask: 255 where they were.
        gap_px: wider than a line.
    """
    bridged = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((gap_px + 2,) * 2, np.uint8))
    return cv2.min(white, cv2.max(bridged, cv2.bitwise_not(mask))).astype(np.uint8, copy=False)
