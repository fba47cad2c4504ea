"""The rules that make a form readable, each of them seen broken on some real form."""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

from formdigits.form_template.model import SINGLE_DIGIT, FormTemplate
from formdigits.geometry import Box

MIN_BOX_MM = 5
"""Digits written into narrower boxes touch the lines."""
MIN_GAP_MM = 1
"""Boxes that stand apart are filled in more carefully than adjoining ones (Garris and Dimmick, 1996)."""
MARK_SPREAD = 0.3
"""Marks must span this share of the page both ways: the homography is only good between them."""
MAX_BOXES = 1000

Place = tuple[str | int, ...]
"""The way to a value in the file, such as `("fields", 2, "boxes")`."""


class Problem(NamedTuple):
    """One broken rule."""

    place: Place
    message: str


def find_problems(form: FormTemplate) -> Iterator[Problem]:
    """Check what single values cannot show: names, and how the parts lie to each other."""
    yield from find_name_problems(form)
    yield from find_box_problems(form)
    if form.registration.method == "aruco":
        yield from find_mark_problems(form)
    else:
        yield Problem(("registration",), "a printed form needs corner marks; say `method: aruco`")


def find_name_problems(form: FormTemplate) -> Iterator[Problem]:
    """Names must be unique, and the built-in form keeps its own."""
    if form.id == SINGLE_DIGIT.id:
        yield Problem(("id",), f"{form.id!r} is the name of a built-in form; choose another")
    for i, name in repeated([field.name for field in form.fields]):
        yield Problem(("fields", i, "name"), f"there is already a field {name!r}; names must be unique")


def find_box_problems(form: FormTemplate) -> Iterator[Problem]:
    """Boxes must be on the page, large enough, apart from each other and from what else is printed."""
    if sum(field.boxes.count for field in form.fields) > MAX_BOXES:
        yield Problem(("fields",), f"a form may have {MAX_BOXES} boxes at most")
        return
    printed = [(f"corner mark {mark.id}", form.registration.mark_box(mark)) for mark in form.registration.marks]
    printed += [("the identity region", form.identity.box)] if form.identity else []
    for i, field in enumerate(form.fields):
        place = ("fields", i, "boxes")
        width, height = field.boxes.size
        if min(width, height) < MIN_BOX_MM:
            yield Problem((*place, "size"), f"boxes must be {MIN_BOX_MM} mm wide and high at least")
        if any(right.x - left.right < MIN_GAP_MM - 1e-6 for left, right in pairwise(field.cells)):
            mend = f"pitch must be {width + MIN_GAP_MM:g} at least"
            yield Problem((*place, "pitch"), f"boxes must be {MIN_GAP_MM} mm apart at least; {mend}")
        if not lies_within(field.box, form.box):
            yield Problem(place, f"field {field.name!r} leaves the page")
        for name, box in printed:
            if field.box.grown(MIN_GAP_MM).overlaps(box):
                yield Problem(place, f"field {field.name!r} overlaps {name}")
    for (_, one), (i, other) in combinations(enumerate(form.fields), 2):
        if one.box.grown(MIN_GAP_MM - 1e-6).overlaps(other.box) and overlap(one.cells, other.cells):
            message = f"field {other.name!r} overlaps field {one.name!r} or is less than {MIN_GAP_MM} mm away"
            yield Problem(("fields", i, "boxes"), message)


def find_mark_problems(form: FormTemplate) -> Iterator[Problem]:
    """Marks must be enough, apart, spread over the page, and where a printer can print them."""
    rules = form.registration
    place: Place = ("registration", "marks")
    if len(rules.marks) < rules.min_marks:
        yield Problem(place, f"there are {len(rules.marks)} marks and min_marks asks for {rules.min_marks}")
        return
    for i, mark_id in repeated([mark.id for mark in rules.marks]):
        yield Problem((*place, i, "id"), f"there is already a mark {mark_id}; each id may be used once")
    boxes = [rules.mark_box(mark) for mark in rules.marks]
    for i, box in enumerate(boxes):
        if not lies_within(box, form.box.grown(-rules.quiet_margin_mm)):
            yield Problem((*place, i, "at"), f"the mark comes nearer than {rules.quiet_margin_mm:g} mm to the edge")
        # A mark is only found when paper surrounds it: one of its six modules.
        if any(box.grown(rules.mark_mm / 6).overlaps(other) for other in boxes[:i]):
            yield Problem((*place, i, "at"), "the mark is too near to another one")
    span = Box.around(boxes)
    if span.width < MARK_SPREAD * form.size.width or span.height < MARK_SPREAD * form.size.height:
        yield Problem(place, "the marks are too close together; put them near the corners of the page")
    if form.identity and not lies_within(form.identity.box, form.box):
        yield Problem(("identity", "region"), "the identity region leaves the page")


def repeated(values: Iterable[str | int]) -> Iterator[tuple[int, str | int]]:
    """Positions and values of what has come before."""
    seen = set()
    for i, value in enumerate(values):
        if value in seen:
            yield i, value
        seen.add(value)


def lies_within(inner: Box, outer: Box) -> bool:
    """Whether no part of one box is outside the other."""
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def overlap(cells: Iterable[Box], others: Iterable[Box]) -> bool:
    """Whether any two boxes are nearer than the least gap."""
    others = tuple(others)
    return any(cell.grown(MIN_GAP_MM - 1e-6).overlaps(other) for cell in cells for other in others)
