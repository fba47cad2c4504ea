"""Taking away the printed lines of boxes: the form says where they are, to a part of a millimetre the scan says it.

A line is told from ink by how light it is.  Where it is as dark as ink, it goes with what lies under it, and strokes
that come out on both sides of it are joined again.
"""

from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage

SAMPLES = 48
"""So many places along a line are looked at."""
DASHED = 0.7
"""A line is as dark as this quantile along it, so that one of dashes counts where a third of it is black."""
EDGE_SHARE = 0.35
"""A line ends where it is lighter than this share of its middle."""
DARKER_SHARE, DARKER = 0.25, 10
"""Ink is darker than the line by this share of the line's own darkness and this much of 255."""

Pixels = tuple[slice, slice]
"""Rows and columns."""
Shape = Literal["separate", "adjoining", "comb"]


class Line(NamedTuple):
    """Where a line should be, in pixels."""

    upright: bool
    at: float
    """The middle of an upright line's columns, or of a level line's rows."""
    start: float
    end: float


class Found(NamedTuple):
    """Where lines are: shape (n,), first and last pixel across, and how dark each is."""

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


def erase_lines(whites: list[GreyPage], lines: list[Line], reach_px: int, corner_px: int) -> GreyPage:
    """Make printed lines paper and leave the ink that crosses them.

    Args:
        whites: a field on white paper, one picture a channel.
        lines: where its lines should be.
        reach_px: they are looked for this far to both sides.
        corner_px: they are taken away this far beyond their ends.

    Returns:
        The darkest of the channels without the lines, 255 is paper.
    """
    upright = np.array([line.upright for line in lines])
    looks = [look_across(white, lines, reach_px) for white in whites]
    darkest = looks[0] if len(looks) == 1 else np.maximum.reduce(looks)
    found = find(darkest, upright)
    mask = draw(lines, found, whites[0].shape, reach_px, corner_px)
    merged = None
    for white, look in zip(whites, looks, strict=True):
        level = level_of(look, found)
        lightest_ink = 255 - level * (1 + DARKER_SHARE) - DARKER
        _, light = cv2.threshold(white, max(lightest_ink, 0), 255, cv2.THRESH_BINARY)
        cleared = cv2.max(white, cv2.min(light, mask))
        merged = cleared if merged is None else cv2.min(merged, cleared)
    return joined(np.asarray(merged, np.uint8), mask, round(float(np.median(found.last - found.first))) + 3)


def look_across(white: GreyPage, lines: list[Line], reach_px: int) -> npt.NDArray[np.uint8]:
    """How dark it is about every line, shape (lines, across, along)."""
    across = np.arange(-reach_px, reach_px + 1)[None, :, None]
    share = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[None, None, :]
    at, start, end = (np.array([line[i] for line in lines], np.float64)[:, None, None] for i in (1, 2, 3))
    ups = np.array([line.upright for line in lines])[:, None, None]
    over = np.round(at).astype(np.intp) + across
    along = (start + (end - start) * share).astype(np.intp)
    height, width = white.shape
    rows = np.clip(np.where(ups, along, over), 0, height - 1)
    columns = np.clip(np.where(ups, over, along), 0, width - 1)
    seen: GreyPage = 255 - white[rows, columns]
    return seen


def find(look: npt.NDArray[np.uint8], upright: npt.NDArray[np.bool_]) -> Found:
    """Find each line where it is dark all along, and where the other lines of its direction are."""
    profile = np.minimum(look, 96).mean(axis=2)
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


def level_of(look: npt.NDArray[np.uint8], found: Found) -> float:
    """How dark the lines of a field are in one channel; what crosses a few of them counts for nothing."""
    within = np.arange(look.shape[1])[None, :, None]
    inside = (within >= found.first[:, None, None]) & (within <= found.last[:, None, None])
    darkest_across = np.where(inside, look, 0).max(axis=1)
    return float(np.median(np.quantile(darkest_across, DASHED, axis=1)))


def draw(lines: list[Line], found: Found, shape: tuple[int, ...], reach_px: int, corner_px: int) -> GreyPage:
    """255 where a line is, with its soft edges."""
    mask = np.zeros(shape, np.uint8)
    for line, first, last in zip(lines, found.first.tolist(), found.last.tolist(), strict=True):
        low, high = (round(line.at) + offset - reach_px for offset in (first - 1, last + 1))
        start, end = round(line.start) - corner_px, round(line.end) + corner_px
        if line.upright:
            mask[max(start, 0) : max(end, 0), max(low, 0) : max(high + 1, 0)] = 255
        else:
            mask[max(low, 0) : max(high + 1, 0), max(start, 0) : max(end, 0)] = 255
    return mask


def joined(white: GreyPage, mask: GreyPage, gap_px: int) -> GreyPage:
    """Join strokes that come out on both sides of a line that was taken away.

    Args:
        white: the field without its lines.
        mask: 255 where they were.
        gap_px: wider than a line.
    """
    bridged = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((gap_px + 2,) * 2, np.uint8))
    return cv2.min(white, cv2.max(bridged, cv2.bitwise_not(mask))).astype(np.uint8, copy=False)
