"""The rules that make a form readable, each of them seen broken on some real form."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from formdigits.form_template.field import Boxes, Field
from formdigits.form_template.model import SINGLE_DIGIT, FormTemplate
from formdigits.form_template.page import FormPage
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
    if sum(len(field.cells) for field in form.fields) > MAX_BOXES:
        yield Problem(("fields",), f"a form may have {MAX_BOXES} boxes at most")
        return
    for i, field in enumerate(form.fields):
        place: Place = ("fields", i)
        if bool(field.boxes) == bool(field.area):
            yield Problem(place, f"field {field.name!r} needs either `boxes` or an `area`")
        elif field.page > len(form.pages):
            yield Problem((*place, "page"), f"there is no page {field.page}; the form has {len(form.pages)}")
        else:
            yield from find_box_problems(place, field, form.pages[field.page - 1])
    yield from find_overlaps(form)
    for i, page in enumerate(form.pages):
        yield from find_page_problems(("pages", i), page)


def find_name_problems(form: FormTemplate) -> Iterator[Problem]:
    """Names must be unique, and the built-in form keeps its own."""
    if form.id == SINGLE_DIGIT.id:
        yield Problem(("id",), f"{form.id!r} is the name of a built-in form; choose another")
    for i, name in repeated([field.name for field in form.fields]):
        yield Problem(("fields", i, "name"), f"there is already a field {name!r}; names must be unique")


def find_box_problems(place: Place, field: Field, page: FormPage) -> Iterator[Problem]:
    """Boxes must be on the page, large enough, apart from each other and from what else is printed."""
    if field.boxes:
        place = (*place, "boxes")
        yield from find_gap_problems(place, field.boxes)
    if not lies_within(field.box, page.box):
        yield Problem(place, f"field {field.name!r} leaves the page")
    for name, box in printed_on(page):
        if field.box.grown(MIN_GAP_MM).overlaps(box):
            yield Problem(place, f"field {field.name!r} overlaps {name}")


def find_gap_problems(place: Place, boxes: Boxes) -> Iterator[Problem]:
    """Digits need room, and boxes that stand apart need a gap between them."""
    smallest = min(min(cell.width, cell.height) for cell in boxes.cells)
    if smallest < MIN_BOX_MM:
        yield Problem((*place, "size"), f"boxes must be {MIN_BOX_MM} mm wide and high at least")
    if boxes.shape != "separate":
        return
    if any(one.grown(MIN_GAP_MM - 1e-6).overlaps(other) for one, other in combinations(boxes.cells, 2)):
        mend = f"; pitch must be {boxes.size[0] + MIN_GAP_MM:g} at least" if boxes.size else ""
        yield Problem((*place, "pitch"), f"boxes must be {MIN_GAP_MM} mm apart at least{mend}")


def find_overlaps(form: FormTemplate) -> Iterator[Problem]:
    """No two fields may share paper."""
    for (_, one), (i, other) in combinations(enumerate(form.fields), 2):
        if one.page != other.page or not (one.boxes or one.area) or not (other.boxes or other.area):
            continue
        if one.box.grown(MIN_GAP_MM - 1e-6).overlaps(other.box) and overlap(outlines(one), outlines(other)):
            message = f"field {other.name!r} overlaps field {one.name!r} or is less than {MIN_GAP_MM} mm away"
            yield Problem(("fields", i, "boxes" if other.boxes else "area"), message)


def outlines(field: Field) -> tuple[Box, ...]:
    """What a field takes of the paper."""
    return field.cells or (field.box,)


def printed_on(page: FormPage) -> list[tuple[str, Box]]:
    """What else is on a page, and what complaints call it."""
    rules = page.registration
    printed = [("a corner mark" if mark.id is None else f"corner mark {mark.id}", mark) for mark in rules.marks]
    found = [(name, rules.mark_box(mark)) for name, mark in printed]
    found += [("the identity region", page.identity.box)] if page.identity else []
    return found + [("an area that is ignored", Box(*region)) for region in page.ignore]


def find_page_problems(place: Place, page: FormPage) -> Iterator[Problem]:
    """A sheet of paper must say how it is registered."""
    method = page.registration.method
    if method in ("aruco", "squares"):
        yield from find_mark_problems((*place, "registration", "marks"), page)
    elif page.registration.marks:
        mend = "say `method: aruco` or `squares`, or leave them out"
        yield Problem((*place, "registration"), f"`method: {method}` looks for no marks; {mend}")
    elif method == "features" and page.reference is None:
        yield Problem((*place, "registration"), "`features` need a `reference`: the picture of the blank page")
    if page.identity and not lies_within(page.identity.box, page.box):
        yield Problem((*place, "identity", "region"), "the identity region leaves the page")


def find_mark_problems(place: Place, page: FormPage) -> Iterator[Problem]:
    """Marks must be enough, apart, spread over the page, and where a printer can print them."""
    rules = page.registration
    if len(rules.marks) < rules.min_marks:
        yield Problem(place, f"there are {len(rules.marks)} marks and min_marks asks for {rules.min_marks}")
        return
    if rules.method == "aruco":
        for i, mark in enumerate(rules.marks):
            if mark.id is None:
                yield Problem((*place, i), "an ArUco mark needs its `id`")
        for i, mark_id in repeated([mark.id for mark in rules.marks if mark.id is not None]):
            yield Problem((*place, i, "id"), f"there is already a mark {mark_id}; each id may be used once")
    boxes = [rules.mark_box(mark) for mark in rules.marks]
    for i, box in enumerate(boxes):
        if not lies_within(box, page.box.grown(-rules.quiet_margin_mm)):
            yield Problem((*place, i, "at"), f"the mark comes nearer than {rules.quiet_margin_mm:g} mm to the edge")
        # A mark is only found when paper surrounds it: one of its six modules.
        if any(box.grown(rules.mark_mm / 6).overlaps(other) for other in boxes[:i]):
            yield Problem((*place, i, "at"), "the mark is too near to another one")
    span = Box.around(boxes)
    if span.width < MARK_SPREAD * page.size.width or span.height < MARK_SPREAD * page.size.height:
        yield Problem(place, "the marks are too close together; put them near the corners of the page")


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
