"""Atoms: what is left of the strokes when every candidate cut is made; a digit is one atom or a few neighbours."""

from typing import NamedTuple

import numpy as np

from worker.free_field.cuts import find_cuts
from worker.free_field.joining import SMALL, is_dash, is_point
from worker.free_field.strokes import Labels, Stroke, Writing

NARROWEST = 0.4
"""A stroke narrower than this, in digit heights, is never cut."""
CUT_EVERY = 0.14
"""One candidate cut for so much of a stroke's width, in digit heights."""
MOST_CUTS = 12


class Atom(NamedTuple):
    """A piece of ink that is not divided further."""

    stroke: Stroke
    """The piece itself."""
    whole: int
    """Number of the stroke that it was cut from, or of itself."""
    is_point: bool
    is_dash: bool
    is_small: bool


class Joint(NamedTuple):
    """A candidate cut, between two atoms of one stroke."""

    left: int
    right: int
    """Places of the atoms in the order."""
    price: float
    """How much ink is cut, in thicknesses of the pen."""


class Atoms(NamedTuple):
    """All ink of a field, from left to right."""

    labels: Labels
    atoms: list[Atom]
    joints: list[Joint]
    writing: Writing


def find_atoms(writing: Writing) -> Atoms:
    """Cut the strokes wherever digits may touch."""
    labels = writing.labels.copy()
    atoms: list[Atom] = []
    cuts: list[tuple[int, int, float]] = []
    for stroke in writing.strokes:
        pieces, prices = _cut(stroke, writing, labels)
        small, point, dash = (test(stroke, writing) for test in (_is_small, is_point, is_dash))
        atoms += [Atom(piece, stroke.number, point, dash, small) for piece in pieces]
        cuts += [
            (one.number, other.number, price) for one, other, price in zip(pieces[:-1], pieces[1:], prices, strict=True)
        ]
    atoms.sort(key=lambda atom: atom.stroke.middle[0])
    place = {atom.stroke.number: i for i, atom in enumerate(atoms)}
    joints = [Joint(place[one], place[other], price) for one, other, price in cuts]
    return Atoms(labels, atoms, joints, writing)


def _is_small(stroke: Stroke, writing: Writing) -> bool:
    return stroke.height < SMALL * writing.height


def _cut(stroke: Stroke, writing: Writing, labels: Labels) -> tuple[list[Stroke], list[float]]:
    """Cut a stroke at its candidates, in the labels too; the pieces and the prices of the cuts between them."""
    if stroke.width < NARROWEST * writing.height or _is_small(stroke, writing):
        return [stroke], []
    ink = labels[stroke.pixels] == stroke.number
    most = min(MOST_CUTS, int(stroke.width / (CUT_EVERY * writing.height)))
    cuts = find_cuts(ink, writing.height, writing.pen, most)
    if not cuts:
        return [stroke], []
    first = int(labels.max()) + 1
    at = np.arange(ink.shape[1])
    piece_of = np.sum([cut.columns[:, None] <= at for cut in cuts], axis=0)
    labels[stroke.pixels][ink] = (first + piece_of)[ink]
    pieces: list[Stroke] = []
    prices: list[float] = []
    price = 0.0
    for i in range(len(cuts) + 1):
        piece = _stroke_of(labels, first + i, stroke)
        if piece is not None:
            prices += [price] if pieces else []
            pieces.append(piece)
        price = cuts[i].price if i < len(cuts) else 0.0
    return pieces, prices


def _stroke_of(labels: Labels, number: int, within: Stroke) -> Stroke | None:
    """The pixels with this number as a stroke; None where there are none."""
    here = labels[within.pixels] == number
    rows, columns = np.flatnonzero(here.any(axis=1)), np.flatnonzero(here.any(axis=0))
    if not len(rows):
        return None
    return Stroke(
        number,
        within.left + int(columns[0]),
        within.top + int(rows[0]),
        within.left + int(columns[-1]) + 1,
        within.top + int(rows[-1]) + 1,
        int(here.sum()),
    )
