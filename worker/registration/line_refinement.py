"""A placement made better by the form's own printed lines: three marks say little of perspective, the lines more."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import Field
from formdigits.geometry import to_scan_px
from worker.registration.fitting import Placement, residual_of
from worker.registration.line_hit import Edges, Lines, find_lines, line_hit, normals_of, printed_edges

ROUNDS = 4
"""The lines that are near enough to be seen pull the others nearer."""
LEAST_LINES = 12


class Pull(NamedTuple):
    """What is seen somewhere else than a placement says."""

    places_mm: npt.NDArray[np.float64]
    """Where the form has it, shape (n, 2)."""
    normals: npt.NDArray[np.float64]
    """The direction in which it is off, of length 1, shape (n, 2)."""
    away_mm: npt.NDArray[np.float64]
    """How far, shape (n,)."""


def refine_by_lines(page: GreyPage, fields: Sequence[Field], placement: Placement) -> Placement:
    """Lay the form's lines on those of the page, and its marks where they are; left alone where that does not help."""
    edges = np.concatenate([printed_edges(field) for field in fields]) if fields else np.zeros((0, 2, 2))
    if len(edges) < LEAST_LINES:
        return placement
    best, most = placement, line_hit(page, fields, placement.homography) or 0.0
    homography = placement.homography
    for _ in range(ROUNDS):
        lines = find_lines(page, edges, homography)
        if lines.seen.sum() < LEAST_LINES:
            break
        homography = homography @ correction(pull_of_lines(edges, lines), pull_of_marks(placement, homography))
        residual_mm = residual_of(homography, placement.points_mm, placement.points_px)
        hit = line_hit(page, fields, homography) or 0.0
        if hit >= most and residual_mm <= placement.allowed_mm:
            best, most = placement._replace(homography=homography, residual_mm=residual_mm), hit
    return best


def pull_of_lines(edges: Edges, lines: Lines) -> Pull:
    """The lines that are seen say where they are across, and nothing of where they are along."""
    return Pull(edges.mean(axis=1)[lines.seen], normals_of(edges)[lines.seen], lines.offsets_mm[lines.seen])


def pull_of_marks(placement: Placement, homography: Homography) -> Pull:
    """The corners of the marks say where they are both ways."""
    away_mm = to_scan_px(placement.points_px, np.linalg.inv(homography).astype(np.float64)) - placement.points_mm
    right = np.tile([1.0, 0.0], (len(away_mm), 1))
    return Pull(np.tile(placement.points_mm, (2, 1)), np.vstack([right, right[:, ::-1]]), away_mm.T.ravel())


def correction(*pulls: Pull) -> Homography:
    """The small homography, millimetres to millimetres, that takes places to where they were seen.

    Least squares of what is linear in it: about the identity, x and y shift by a polynomial whose eight coefficients
    are the entries of the matrix.
    """
    places, normals, away_mm = (np.concatenate(parts) for parts in zip(*pulls, strict=True))
    centre, scale = places.mean(axis=0), max(float(np.ptp(places, axis=0).max()) / 2, 1.0)
    (x, y), (nx, ny) = ((places - centre) / scale).T, normals.T
    along = nx * x + ny * y
    terms = np.column_stack([nx, nx * x, nx * y, ny, ny * x, ny * y, x * along, y * along])
    a, b, c, d, e, f, g, h = np.linalg.lstsq(terms, away_mm / scale)[0]
    small = np.array([[1 + b, c, a], [e, 1 + f, d], [-g, -h, 1.0]])
    to_middle = np.array([[1 / scale, 0, -centre[0] / scale], [0, 1 / scale, -centre[1] / scale], [0, 0, 1]])
    return np.asarray(np.linalg.inv(to_middle) @ small @ to_middle, np.float64)
