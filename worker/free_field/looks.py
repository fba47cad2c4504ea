"""How likely ink of a shape is to be a digit, a point or dirt, before the network has seen it."""

from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

from worker.free_field.atoms import Atom, Atoms, Joint
from worker.free_field.strokes import Stroke


class Look(NamedTuple):
    """What is counted of one edge of the lattice."""

    wide: float = 0.0
    """Digit: how much wider than high, in digit heights."""
    broad: float = 0.0
    """Digit: how much wider than most digits, in digit heights."""
    low: float = 0.0
    """Digit: how much lower than the others, in digit heights."""
    high: float = 0.0
    gap: float = 0.0
    """Digit: the widest empty column between its strokes, in digit heights."""
    cuts: float = 0.0
    """Digit: sides on which it was cut off."""
    cut_ink: float = 0.0
    """Digit: how much ink those cuts cross, in thicknesses of the pen."""
    swallowed: float = 0.0
    """Digit: points that would be part of it."""
    point: float = 0.0
    """Whether it is a decimal point."""
    point_off: float = 0.0
    """Point: how far its top is from the foot of the digits, in digit heights."""
    point_thin: float = 0.0
    """Point: how much thinner it is than the pen, as a share."""
    point_large: float = 0.0
    """Point: how much larger than most, in digit heights."""
    dirt: float = 0.0
    """Whether it is dirt."""
    dirt_tall: float = 0.0
    """Whether it is dirt as high as a digit."""
    dirt_ink: float = 0.0
    """Dirt: its ink as a share of a digit's."""
    other: float = 0.0
    """Whether a stroke is no digit."""
    dash: float = 0.0
    """Whether a stroke is a minus sign."""


PRICES = Look(
    wide=9.0, broad=2.5, low=11.9, high=5.3, gap=15.5, cuts=1.91, cut_ink=0.5, swallowed=3.65,
    point=0.0, point_off=11.6, point_thin=6.2, point_large=4.5,
    dirt=4.5, dirt_tall=4.55, dirt_ink=9.5, other=14.9, dash=2.5,
)  # fmt: skip
"""Negative natural logarithms, fitted by likelihood to 1,050 numbers that `samples.free_digits` drew."""


def price(look: Look) -> float:
    """How unlikely a look is."""
    return float(sum(map(mul, look, PRICES)))


def look_of_digit(found: Atoms, start: int, end: int, box: Stroke) -> Look:
    """Some neighbouring atoms as a digit, which fill a box together."""
    atoms, height = found.atoms[start:end], found.writing.height
    wide, high = box.width / height, box.height / height
    cuts, cut_ink = _cuts(found.joints, start, end)
    return Look(
        wide=max(0.0, wide - 0.95),
        broad=max(0.0, wide - 0.7),
        low=max(0.0, 0.75 - high),
        high=max(0.0, high - 1.25),
        gap=_gap(atoms) / height,
        cuts=cuts,
        cut_ink=cut_ink,
        swallowed=float(sum(atom.is_point for atom in atoms)),
    )


def look_of_point(atom: Atom, found: Atoms) -> Look:
    """An atom as a decimal point or comma."""
    writing, stroke = found.writing, atom.stroke
    thin = 1 - min(1.0, min(stroke.width, stroke.height) / writing.pen)
    off = abs(stroke.top - writing.line[1]) / writing.height
    large = max(0.0, max(stroke.width, stroke.height) / writing.height - 0.25)
    return Look(point=1.0, point_off=off, point_thin=thin, point_large=large)


def look_of_dirt(atom: Atom, usual_area: float) -> Look:
    """An atom as dirt."""
    return Look(dirt=1.0, dirt_tall=float(not atom.is_small), dirt_ink=min(1.0, atom.stroke.area / usual_area))


def _gap(atoms: Sequence[Atom]) -> float:
    """The widest empty column between atoms, in pixels."""
    widest, right = 0, atoms[0].stroke.right
    for atom in sorted(atoms, key=lambda atom: atom.stroke.left):
        widest, right = max(widest, atom.stroke.left - right), max(right, atom.stroke.right)
    return float(widest)


def _cuts(joints: Sequence[Joint], start: int, end: int) -> tuple[float, float]:
    """How many cuts divide these atoms from others, and the ink that they cross."""
    used = [joint.price for joint in joints if (start <= joint.left < end) != (start <= joint.right < end)]
    return float(len(used)), sum(used)
