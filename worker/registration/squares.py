"""Registration by black squares: which square is which follows from how they lie to each other."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from formdigits.arrays import GreyPage
from formdigits.errors import NoMarks, RegistrationResidual
from formdigits.form_template import FormPage
from worker.registration.cutting import step_to
from worker.registration.fitting import Placement, Points, fit_marks
from worker.registration.square_finding import Square, find_squares

SEARCH_PX = (1000, 2000)
"""Squares are looked for on a page reduced to about these long sides."""
SIZE_SHARE = 0.35
"""A square may be larger or smaller than it should be by this share: perspective, and thick or thin ink."""
PLACE_SHARE = 0.12
"""Two squares say where the others are, up to this share of their distance: stretch, shear and perspective."""
MOST_PAIRS = 6
"""All pairs of four marks; of more marks the pairs that are furthest apart."""
MOST_PLACEMENTS = 8

Assignment = tuple[int | None, ...]
"""Of every mark the number of the square that it is; None where there is none."""


def place_by_squares(page: GreyPage, form_page: FormPage) -> list[Placement]:
    """Lay the page on the form by its black squares, in every way that fits, the best first.

    Four squares in the corners of a page fit upside down as well: what else is printed must decide.

    Raises:
        NoMarks: too few squares lie to each other as the form's.
    """
    rules = form_page.registration
    most = 0
    for step in dict.fromkeys(step_to(page, long_side_px) for long_side_px in SEARCH_PX):
        squares = find_squares(page, step)
        if placements := fit_all(squares, form_page):
            return placements[:MOST_PLACEMENTS]
        most = max(most, len(squares))
    raise NoMarks(
        f"found {most} black squares, and no {rules.min_marks} of them lie as the form's {len(rules.marks)} corner"
        " marks do; scan the whole sheet, flat and sharp, at 150 dpi or more"
    )


def fit_all(squares: Sequence[Square], form_page: FormPage) -> list[Placement]:
    """Every placement that some of the squares fit, those of most marks first, and of these the best."""
    rules = form_page.registration
    found: list[Placement] = []
    for assignment in assign(squares, form_page):
        with_squares = [number for number, square in enumerate(assignment) if square is not None]
        fitting = fit_some(squares, assignment, with_squares, form_page)
        if not fitting and len(with_squares) > rules.min_marks:
            # A stain that lies where a mark is missing must not spoil the others: each is left out once.
            for numbers in combinations(with_squares, len(with_squares) - 1):
                fitting += fit_some(squares, assignment, numbers, form_page)
        found += fitting
    return sorted(found, key=lambda placement: (-placement.n_marks, placement.residual_mm))


def fit_some(
    squares: Sequence[Square], assignment: Assignment, numbers: Sequence[int], form_page: FormPage
) -> list[Placement]:
    """The placement by some of the marks; none where they do not fit."""
    rules = form_page.registration
    points_mm = np.array([corner for number in numbers for corner in rules.mark_box(rules.marks[number]).corners])
    seen = [squares[square] for number in numbers if (square := assignment[number]) is not None]
    turn = turn_of(np.array([rules.marks[number].at for number in numbers]), np.array([one.middle_px for one in seen]))
    points_px = np.concatenate([from_top_left(square, turn) for square in seen])
    try:
        placement = fit_marks(points_mm, points_px, rules.max_residual_mm)
    except RegistrationResidual:
        return []
    return [placement] if placement.residual_mm <= placement.allowed_mm else []


def assign(squares: Sequence[Square], form_page: FormPage) -> set[Assignment]:
    """Which squares may be which marks: two of them say where the others should be."""
    rules = form_page.registration
    if len(squares) < rules.min_marks:
        return set()
    marks_mm = np.array([complex(*mark.at) for mark in rules.marks])
    middles_px = np.array([complex(*square.middle_px) for square in squares])
    sides_px = np.array([square.side_px for square in squares])
    found: set[Assignment] = set()
    for one, other in far_pairs(marks_mm):
        # Points as complex numbers: a turn with a scale is a product.  A mirror image is none.
        turns = (middles_px[None, :] - middles_px[:, None]) / (marks_mm[other] - marks_mm[one])
        sizes = sides_px / rules.mark_mm
        right = np.abs(sizes[:, None] / np.maximum(np.abs(turns), 1e-9) - 1) <= SIZE_SHARE
        right &= np.abs(sizes[None, :] / np.maximum(np.abs(turns), 1e-9) - 1) <= SIZE_SHARE
        for first, second in np.argwhere(right):
            expected = middles_px[first] + turns[first, second] * (marks_mm - marks_mm[one])
            reach_px = PLACE_SHARE * abs(middles_px[second] - middles_px[first])
            alike = np.abs(sizes / abs(turns[first, second]) - 1) <= SIZE_SHARE
            found.add(nearest(expected, np.where(alike, middles_px, np.inf), reach_px))
    return {
        assignment
        for assignment in found
        if len(used := [s for s in assignment if s is not None]) >= rules.min_marks and len(set(used)) == len(used)
    }


def far_pairs(marks_mm: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of marks, the furthest apart first."""
    pairs = combinations(range(len(marks_mm)), 2)
    yield from sorted(pairs, key=lambda pair: -abs(marks_mm[pair[0]] - marks_mm[pair[1]]))[:MOST_PAIRS]


def nearest(expected: np.ndarray, middles_px: np.ndarray, reach_px: float) -> Assignment:
    """The square next to each expected place, within reach."""
    away = np.abs(expected[:, None] - middles_px[None, :])
    best = away.argmin(axis=1)
    return tuple(int(square) if away[mark, square] <= reach_px else None for mark, square in enumerate(best))


def turn_of(marks_mm: Points, middles_px: Points) -> complex:
    """How far the form is turned, as a complex number: its angle is that of the form's upper edge."""
    mm, px = marks_mm @ (1, 1j), middles_px @ (1, 1j)
    return complex(((px - px.mean()) * np.conj(mm - mm.mean())).sum())


def from_top_left(square: Square, turn: complex) -> Points:
    """The corners of a square from the form's top left one on."""
    corners = (square.corners_px - square.middle_px) @ (1, 1j)
    top_left = complex(-1, -1) * turn
    return np.roll(square.corners_px, -int(np.argmax((corners * np.conj(top_left)).real)), axis=0)
