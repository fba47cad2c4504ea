"""Whether the form's printed lines are where a placement says: what tells a form from others with the same marks."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import Field
from formdigits.geometry import Box, to_scan_px

REACH_MM = 0.5
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
FEW_CELLS = 3
"""In a field of fewer boxes one that is scribbled over may hide all lines of a side."""
SIDES = 4
LEAST_OF_END = 0.4
"""Of the first and the last box at least two of four lines are seen."""
OFFSETS_MM = np.linspace(-AROUND_MM, AROUND_MM, ACROSS)
NEAR = np.abs(OFFSETS_MM) <= REACH_MM + 1e-6

Edges = npt.NDArray[np.float64]
"""Shape (n, 2, 2): both ends of each printed line, x and y in millimetres."""


class Lines(NamedTuple):
    """What is seen of some lines."""

    seen: npt.NDArray[np.bool_]
    """Shape (n,)."""
    offsets_mm: npt.NDArray[np.float64]
    """How far off they are, across, shape (n,); of those that are seen."""


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


def find_lines(page: GreyPage, edges: Edges, homography: Homography) -> Lines:
    """Look for each line near its place.

    Args:
        page: the scan, shape (h, w), dark ink on light paper.
        edges: the lines.
        homography: millimetres to pixels of the scan.
    """
    along = edges[:, None, 0] + np.linspace(0, 1, ALONG)[None, :, None] * (edges[:, None, 1] - edges[:, None, 0])
    places = along[:, :, None] + OFFSETS_MM[None, None, :, None] * normals_of(edges)[:, None, None]
    points = to_scan_px(places.reshape(-1, 2), homography).astype(np.float32).reshape(-1, ACROSS, 2)
    x, y = np.ascontiguousarray(points[..., 0]), np.ascontiguousarray(points[..., 1])
    samples = cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    place = round(DARK_SHARE * ALONG)
    profile = np.partition(samples.reshape(len(edges), ALONG, ACROSS), place, axis=1)[:, place].astype(np.int16)
    darker = np.median(profile, axis=1, keepdims=True) - profile[:, NEAR]
    seen = darker.max(axis=1) >= LEAST_CONTRAST
    weights = np.maximum(darker - darker.max(axis=1, keepdims=True) / 2, 1e-6)
    return Lines(np.asarray(seen, np.bool_), (weights * OFFSETS_MM[NEAR]).sum(axis=1) / weights.sum(axis=1))


def normals_of(edges: Edges) -> npt.NDArray[np.float64]:
    """The direction across each line, of length 1, shape (n, 2)."""
    ends = edges[:, 1] - edges[:, 0]
    across = np.column_stack([-ends[:, 1], ends[:, 0]])
    return np.asarray(across / np.linalg.norm(ends, axis=1, keepdims=True), np.float64)


def line_hit(page: GreyPage, fields: Sequence[Field], homography: Homography) -> float | None:
    """The share of the printed lines that are where they should be, of the field where fewest are.

    Lines left, right, above and below count apart: where all is off by the gap between two boxes, right lines are taken
    for left ones; and a field that was moved down on another form keeps half of its lines.

    Returns:
        0 to 1, or None where the form has no printed boxes.
    """
    per_field = [edges for field in fields if len(edges := printed_edges(field))]
    if not per_field:
        return None
    seen = find_lines(page, np.concatenate(per_field), homography).seen
    parts = np.split(seen, np.cumsum([len(edges) for edges in per_field])[:-1])
    return min(share_of(here, edges) for here, edges in zip(parts, per_field, strict=True))


def share_of(seen: npt.NDArray[np.bool_], edges: Edges) -> float:
    """The share of one field's lines that are seen: on the side where fewest are, if it has several on each."""
    upright = edges[:, 0, 0] == edges[:, 1, 0]
    per_cell = SIDES if upright.sum() * 2 == len(edges) else SIDES - 1  # a comb's boxes are open above
    by_cell = seen.reshape(-1, per_cell)
    by_side = by_cell.mean(axis=0)
    share = by_side.min() if len(by_cell) >= FEW_CELLS else by_side.mean()
    # A field that is off by one box keeps all lines but those of its last one.
    ends = by_cell[[0, -1]].mean(axis=1).min()
    return float(min(share, ends) if ends < LEAST_OF_END else share)
