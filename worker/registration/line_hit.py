"""Whether the form's printed lines are where a placement says: what tells a form from others with the same marks."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import Field
from formdigits.geometry import Box, to_scan_px

REACH_MM = 0.6
"""A line counts when it lies this near to its place..."""
AROUND_MM = 1.5
"""...and is darker than the paper this far to both sides."""
ACROSS = 21
ALONG = 20
"""Samples across a line and along it."""
DARK_SHARE = 0.7
"""A line is dark for this share of its length: writing that crosses its place is not."""
LEAST_CONTRAST = 12
"""Grey levels, of 255; a thin line of light blue has 35 at 100 dpi."""
MAX_CELLS = 12
"""Of a field that has more, these are enough."""

Edges = npt.NDArray[np.float64]
"""Shape (n, 2, 2): both ends of each printed line, x and y in millimetres."""


def printed_edges(field: Field) -> Edges:
    """The lines that are printed around a field's boxes; without boxes there are none."""
    cells = field.cells if field.kind != "image" else ()
    few = (
        [cells[i] for i in sorted(set(np.linspace(0, len(cells) - 1, MAX_CELLS).round().astype(int)))] if cells else []
    )
    shape = field.boxes.shape if field.boxes else "separate"
    return np.array([edge for cell in few for edge in edges_of(cell, shape)]).reshape(-1, 2, 2)


def edges_of(cell: Box, shape: str) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The lines of one box, without their ends, where other lines meet them."""
    top = cell.y + cell.height * (0.6 if shape == "comb" else 0.15)
    left, right, bottom = cell.x + 0.15 * cell.width, cell.right - 0.15 * cell.width, cell.bottom - 0.15 * cell.height
    for x in (cell.x, cell.right):
        yield (x, top), (x, bottom)
    for y in (cell.bottom,) if shape == "comb" else (cell.y, cell.bottom):
        yield (left, y), (right, y)


def see_lines(page: GreyPage, edges: Edges, homography: Homography) -> npt.NDArray[np.bool_]:
    """Which of the lines are on the page, shape (n,).

    Args:
        page: the scan, shape (h, w), dark ink on light paper.
        edges: the lines.
        homography: millimetres to pixels of the scan.
    """
    ends = edges[:, 1] - edges[:, 0]
    normals = np.column_stack([-ends[:, 1], ends[:, 0]]) / np.linalg.norm(ends, axis=1, keepdims=True)
    along = edges[:, None, 0] + np.linspace(0, 1, ALONG)[None, :, None] * ends[:, None]
    offsets_mm = np.linspace(-AROUND_MM, AROUND_MM, ACROSS)
    places = along[:, :, None] + offsets_mm[None, None, :, None] * normals[:, None, None]
    points = to_scan_px(places.reshape(-1, 2), homography).astype(np.float32).reshape(-1, ACROSS, 2)
    x, y = np.ascontiguousarray(points[..., 0]), np.ascontiguousarray(points[..., 1])
    samples = cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    dark = np.partition(samples.reshape(len(edges), ALONG, ACROSS), round(DARK_SHARE * ALONG), axis=1)
    profile = dark[:, round(DARK_SHARE * ALONG)].astype(np.int16)
    line = profile[:, np.abs(offsets_mm) <= REACH_MM].min(axis=1)
    paper = np.median(profile, axis=1)
    return np.asarray(paper - line >= LEAST_CONTRAST, np.bool_)


def line_hit(page: GreyPage, fields: Sequence[Field], homography: Homography) -> float | None:
    """The share of the printed lines that are where they should be, of the field where fewest are.

    Lines across and lines down count apart: a page with a field moved down has many of the latter.

    Returns:
        0 to 1, or None where the form has no printed boxes.
    """
    per_field = [edges for field in fields if len(edges := printed_edges(field))]
    if not per_field:
        return None
    seen = see_lines(page, np.concatenate(per_field), homography)
    shares: list[float] = []
    for edges, here in zip(per_field, np.split(seen, np.cumsum([len(edges) for edges in per_field])[:-1]), strict=True):
        upright = edges[:, 0, 0] == edges[:, 1, 0]
        shares += [float(here[upright].mean()), float(here[~upright].mean())]
    return min(shares)
