"""Taking away the printed lines of boxes: the form says where they are, to a part of a millimetre the scan says it.

A line is told from ink by how light it is.  Where it is as dark as ink, it goes with what lies under it, and strokes
that come out on both sides of it are joined again.
"""

from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage
from worker.ink import Stack, darkest, flat

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
"""Shape (.., n, lines, across, along), 0 is paper and 255 black."""
Levels = npt.NDArray[np.float64]
"""Shape (channels, n, lines), how dark lines are, of 255."""
Planes = npt.NDArray[np.uint8]
"""Shape (channels, n, h, w)."""
PAPER = 255
Shape = Literal["separate", "adjoining", "comb"]


class Line(NamedTuple):
    """Where a line should be, in pixels."""

    upright: bool
    at: float
    """The middle of an upright line's columns, or of a level line's rows."""
    start: float
    end: float


class Found(NamedTuple):
    """Where lines are: shape (n, lines), the first and the last place across."""

    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]


class Places(NamedTuple):
    """Where lines are in the pictures of their fields, in pixels."""

    upright: list[bool]
    """Of each line."""
    along: list[slice]
    """Of each line its columns, or its rows where it is upright: the same in every field."""
    first: list[int]
    """The first place across of every line, field by field."""
    end: list[int]
    """And the one behind the last."""


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


def erase_lines(planes: list[Stack], lines: list[Line], reach_px: int, corner_px: int) -> Stack:
    """Make printed lines paper and leave the ink that crosses them.

    Args:
        planes: the channels of fields of one layout on white paper.
        lines: where the lines of each should be.
        reach_px: they are looked for this far to both sides.
        corner_px: they are taken away this far beyond their ends.

    Returns:
        The darkest of the channels without the lines, 255 is paper.
    """
    looks = look_across(planes, lines, reach_px)
    found = find(looks.max(axis=0), np.array([line.upright for line in lines]))
    # In each channel by itself: a blue line hardly shows in blue, and black ink does.
    levels = levels_of(looks, found)
    limits = limits_of(planes, levels, places_of(lines, found, reach_px, corner_px))
    cleared = [clear(plane, limit) for plane, limit in zip(planes, limits, strict=True)]
    _, mask = cv2.threshold(flat(limits[0]), PAPER - 1, PAPER, cv2.THRESH_BINARY_INV)
    gap_px = round(float(np.median(found.last - found.first))) + 3
    return joined(flat(darkest(cleared)), mask.astype(np.uint8, copy=False), gap_px).reshape(planes[0].shape)


def limits_of(planes: list[Stack], levels: Levels, places: Places) -> Planes:
    """What is darker than this is ink, of the planes' shape; all paper where no line is."""
    lightest_ink = np.clip(PAPER - levels * (1 + DARKER_SHARE) - DARKER, 0, PAPER - 1).astype(np.uint8)
    limits = np.full((len(planes), *planes[0].shape), PAPER, np.uint8)
    by_line = lightest_ink.reshape(len(planes), -1).T[:, :, None, None]
    n_lines = levels.shape[2]
    for k in np.argsort(levels.sum(axis=0), axis=None).tolist():  # where two cross, the darker one counts
        i, line = divmod(k, n_lines)
        along, across = places.along[line], slice(places.first[k], places.end[k])
        if places.upright[line]:
            limits[:, i, along, across] = by_line[k]
        else:
            limits[:, i, across, along] = by_line[k]
    return limits


def clear(plane: Stack, limit: Stack) -> Stack:
    """Make paper of what is not darker than a line, where lines are."""
    line = cv2.compare(flat(plane), flat(limit), cv2.CMP_GE)
    return cv2.max(flat(plane), line).astype(np.uint8, copy=False).reshape(plane.shape)


def look_across(planes: list[Stack], lines: list[Line], reach_px: int) -> Look:
    """How dark it is about every line of every field, shape (channels, n, lines, across, along)."""
    across = np.arange(-reach_px, reach_px + 1)[None, :, None]
    share = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[None, None, :]
    at, start, end = (np.array([line[i] for line in lines], np.float64)[:, None, None] for i in (1, 2, 3))
    ups = np.array([line.upright for line in lines])[:, None, None]
    over = np.round(at).astype(np.intp) + across
    along = (start + (end - start) * share).astype(np.intp)
    n, height, width = planes[0].shape
    rows = np.clip(np.where(ups, along, over), 0, height - 1)
    columns = np.clip(np.where(ups, over, along), 0, width - 1)
    places = rows * width + columns
    return np.stack([PAPER - np.take(plane.reshape(n, -1), places, axis=1) for plane in planes])


def find(look: Look, upright: npt.NDArray[np.bool_]) -> Found:
    """Find each line where it is dark all along, and where the other lines of its field and direction are.

    Args:
        look: shape (n, lines, across, along).
        upright: shape (lines,).
    """
    profile = np.minimum(look, ENOUGH).mean(axis=3)
    common = np.zeros_like(profile)
    for way in (True, False):
        if (upright == way).any():
            common[:, upright == way] = profile[:, upright == way].mean(axis=1, keepdims=True)
    n_across = profile.shape[2]
    middle = (profile + common).argmax(axis=2)[:, :, None]
    dark = profile >= EDGE_SHARE * np.take_along_axis(profile, middle, axis=2)
    # The line goes on from its middle to the first place that is not dark, or half as far as was looked.
    places = np.arange(n_across)
    ends = ~dark | (np.abs(places - middle) > n_across // 2)
    first = np.where(ends & (places < middle), places, -1).max(axis=2) + 1
    last = np.where(ends & (places > middle), places, n_across).min(axis=2) - 1
    return Found(first, last)


def levels_of(looks: Look, found: Found) -> Levels:
    """How dark each line is in each channel, shape (channels, n, lines).

    All lines of a field are taken for as dark as most of them, because strokes may lie along one; only a line that is
    darker nearly all along is so itself: a scan in black and white may have lost the others.

    Args:
        looks: shape (channels, n, lines, across, along).
        found: where the lines are.
    """
    n_across = looks.shape[3]
    across = np.arange(n_across)[:, None]
    within = (across >= found.first[:, :, None, None]) & (across <= found.last[:, :, None, None])
    along = np.sort((looks * within).max(axis=3).astype(np.int16), axis=3)  # NumPy sorts 16 bits ten times as fast as 8
    dashed, whole = (along[..., round(share * (SAMPLES - 1))] for share in (DASHED, WHOLE))
    thin = found.last - found.first < n_across // 2  # a box that is blackened has thick edges
    return np.asarray(np.maximum(np.median(dashed, axis=2, keepdims=True), whole * thin), np.float64)


def places_of(lines: list[Line], found: Found, reach_px: int, corner_px: int) -> Places:
    """Where each line of each field is, with its soft edges."""
    middles = np.array([round(line.at) - reach_px for line in lines])
    return Places(
        upright=[line.upright for line in lines],
        along=[slice(max(round(line.start) - corner_px, 0), max(round(line.end) + corner_px, 0)) for line in lines],
        first=np.maximum(middles + found.first - 1, 0).ravel().tolist(),
        end=np.maximum(middles + found.last + 2, 0).ravel().tolist(),
    )


def joined(white: GreyPage, mask: GreyPage, gap_px: int) -> GreyPage:
    """Join strokes that come out on both sides of a line that was taken away.

    Args:
        white: the field without its lines.
        mask: 255 where they were.
        gap_px: wider than a line.
    """
    bridged = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((gap_px + 2,) * 2, np.uint8))
    return cv2.min(white, cv2.max(bridged, cv2.bitwise_not(mask))).astype(np.uint8, copy=False)
