"""The lattice of a free field: every way to see its strokes as digits, and the crops that the network must judge."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import DigitCrop, GreyPage
from formdigits.digit_crop import normalise
from worker.free_field.atoms import Atom, Atoms, find_atoms
from worker.free_field.joining import join, together
from worker.free_field.looks import Look, look_of_digit, look_of_dirt, look_of_point, price
from worker.free_field.strokes import Labels, Stroke, find_writing
from worker.free_field.ways import Step, extra_prices

MOST_CROPS = 60
"""So many crops a field, or two for each of its digits where those are more."""
MOST_ATOMS = 8
"""A digit is made of this many atoms at most."""
WIDEST = 1.45
"""A digit is not wider than this, in digit heights."""
LOWEST = 0.35
"""A digit is not lower than this, in usual heights."""
HOPELESS = 5.0
"""What costs so much more than the best way is not shown to the network."""
SHARED_PENS = 0.0, 0.9
"""Where strokes were cut, the ink about the cut, so far to both sides, in thicknesses of the pen, may belong to both
digits: the network sees it both ways."""
MARGIN = 0.15
"""Paper around a crop's strokes before it is normalised, as a share of its long side."""

Kind = Literal["digit", "point", "other", "dirt"]


class Edge(NamedTuple):
    """One way to see the atoms from `start` up to `end`."""

    start: int
    end: int
    kind: Kind
    crop: int | None
    """Row of the batch; None where the network is not asked."""
    look: Look


class Lattice(NamedTuple):
    """All edges between `n_atoms` + 1 places, and the crops of those that the network judges."""

    n_atoms: int
    edges: list[Edge]
    crops: list[DigitCrop]


class Span(NamedTuple):
    """Neighbouring atoms as one digit, before the crop is made."""

    start: int
    end: int
    box: Stroke
    look: Look


def segment(white: GreyPage, px_per_mm: float, lengths: tuple[int, int]) -> Lattice:
    """Find every plausible way to see digits in a free field.

    Args:
        white: the field, upright, grey, shape (h, w), dark ink on white paper.
        px_per_mm: pixels of it for a millimetre of the form.
        lengths: the least and the most digits.

    Returns:
        A lattice without atoms where there is no ink.
    """
    writing = find_writing(white, px_per_mm)
    if writing is None:
        return Lattice(0, [], [])
    found = find_atoms(join(writing))
    edges: list[Edge] = list(find_other_edges(found))
    crops: list[DigitCrop] = []
    spans = promising(list(find_spans(found)), edges, len(found.atoms), lengths)
    sights = [(span, pens) for span in spans for pens in (SHARED_PENS if span.look.cuts else SHARED_PENS[:1])]
    for span, pens in sights[: max(MOST_CROPS, 2 * lengths[1])]:
        crop = cut_out(white, found, span, pens * found.writing.pen)
        if crop is not None:
            edges.append(Edge(span.start, span.end, "digit", len(crops), span.look))
            if is_whole(found.atoms, span):
                edges.append(Edge(span.start, span.end, "other", len(crops), Look(other=1.0)))
            crops.append(crop)
    return Lattice(len(found.atoms), edges, crops)


def promising(spans: list[Span], edges: Sequence[Edge], n_atoms: int, lengths: tuple[int, int]) -> list[Span]:
    """Spans that are part of a good way through the lattice, by their looks alone, the best first."""
    steps = [Step(span.start, span.end, price(span.look), is_digit=True) for span in spans]
    steps += [Step(edge.start, edge.end, price(edge.look), is_digit=False) for edge in edges]
    extra = extra_prices(steps, n_atoms, lengths)[: len(spans)]
    return [spans[i] for i in np.argsort(extra, kind="stable").tolist() if extra[i] <= HOPELESS]


def find_spans(found: Atoms) -> Iterator[Span]:
    """All neighbours that may be one digit."""
    height = found.writing.height
    for start, first in enumerate(found.atoms):
        box = first.stroke
        for end in range(start + 1, min(start + MOST_ATOMS, len(found.atoms)) + 1):
            atoms = found.atoms[start:end]
            box = together(box, atoms[-1].stroke)
            if box.width > WIDEST * height and end > start + 1:
                break
            if box.height >= LOWEST * height and not all(atom.is_point or atom.is_dash for atom in atoms):
                yield Span(start, end, box, look_of_digit(found, start, end, box))


def find_other_edges(found: Atoms) -> Iterator[Edge]:
    """What atoms may be besides digits: a decimal point, a minus sign, dirt."""
    usual = float(np.median([atom.stroke.area for atom in found.atoms if not atom.is_small] or [1]))
    for place, atom in enumerate(found.atoms):
        if atom.is_point:
            yield Edge(place, place + 1, "point", None, look_of_point(atom, found))
        if atom.is_dash:
            yield Edge(place, place + 1, "other", None, Look(dash=1.0))
        yield Edge(place, place + 1, "dirt", None, look_of_dirt(atom, usual))


def is_whole(atoms: Sequence[Atom], span: Span) -> bool:
    """Whether a span is one stroke, with all its pieces."""
    wholes = {atom.whole for atom in atoms[span.start : span.end]}
    return len(wholes) == 1 and sum(atom.whole in wholes for atom in atoms) == span.end - span.start


def cut_out(white: GreyPage, found: Atoms, span: Span, reach: float) -> DigitCrop | None:
    """The crop of some atoms, without their neighbours' ink; None where too little is left.

    Args:
        white: the field.
        found: all atoms.
        span: which of them.
        reach: the ink so near to where they were cut from others is theirs too, in pixels.
    """
    own_atoms = found.atoms[span.start : span.end]
    wholes = {atom.whole for atom in own_atoms}
    mates = [atom.stroke.number for atom in found.atoms if atom.whole in wholes]
    shared_px = max(1, round(reach))
    box, around = span.box, shared_px + 1
    rows, columns = (
        slice(max(box.top - around, 0), box.bottom + around),
        slice(max(box.left - around, 0), box.right + around),
    )
    here = found.labels[rows, columns]
    own = among(here, [atom.stroke.number for atom in own_atoms])
    if len(mates) > len(own_atoms):
        own |= grown(own, shared_px) & among(here, mates)
    picture = np.where(grown(own, 1) & (own | (here == 0)), white[rows, columns], np.uint8(255))
    return normalise(np.pad(picture, max(2, round(MARGIN * max(picture.shape))), constant_values=255))


def among(labels: Labels, numbers: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Where the strokes with these numbers are."""
    chosen = np.zeros(int(max(labels.max(), *numbers)) + 1, np.bool_)
    chosen[list(numbers)] = True
    return chosen[labels]


def grown(mask: npt.NDArray[np.bool_], px: int) -> npt.NDArray[np.bool_]:
    """The mask and what is so near to it."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * px + 1,) * 2, np.uint8)) > 0
