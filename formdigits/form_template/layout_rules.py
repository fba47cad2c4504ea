"""How fields, marks and other things lie on the paper: inside it, apart from each other, and large enough.

Where our own marks stand on a page, we print it, and its boxes must be as they are read best.  Of a form that others
print, narrow boxes are told as a warning.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from formdigits.form_template.field import Boxes, Field
from formdigits.form_template.model import FormTemplate
from formdigits.form_template.page import FormPage
from formdigits.form_template.problems import Place, Problem
from formdigits.geometry import Box

MIN_BOX_MM = 5
"""Digits written into narrower boxes touch the lines."""
LEAST_BOX_MM = 2
"""No pen writes a digit into less."""
MIN_TICK_MM = 3
"""A cross is smaller than a digit."""
MIN_GAP_MM = 1
"""Boxes that stand apart are filled in more carefully than adjoining ones (Garris and Dimmick, 1996)."""
DIGIT_MM = 3
"""The width that a digit without a box takes at least."""
ROUNDING_MM = 1e-6


def find_field_layout(place: Place, field: Field, page: FormPage) -> Iterator[Problem]:
    """A field must be on the page, large enough, and apart from what else is printed there."""
    place = (*place, "boxes" if field.boxes else "area")
    if field.boxes:
        least_mm = MIN_BOX_MM if field.kind == "digits" else MIN_TICK_MM
        yield from find_size_problems(place, field.boxes, page, least_mm)
        yield from find_gap_problems(place, field.boxes, page)
    elif field.kind == "digits":
        yield from find_area_problems(place, field)
    if not lies_within(field.box, page.box):
        yield Problem(
            place,
            f"field {field.name!r} leaves the page; it is {page.size.width:g} by {page.size.height:g} mm:"
            " move the field in, or make it smaller",
        )
    for name, box in printed_on(page):
        if are_near(outlines(field), [box]):
            yield Problem(place, f"field {field.name!r} overlaps {name}; leave {MIN_GAP_MM} mm between them")


def find_size_problems(place: Place, boxes: Boxes, page: FormPage, least_mm: float) -> Iterator[Problem]:
    """Digits need room."""
    smallest = min(min(cell.width, cell.height) for cell in boxes.cells)
    place = (*place, "list" if boxes.list else "size")
    if smallest < LEAST_BOX_MM and not page.is_edge_to_edge:
        yield Problem(place, f"a box of {smallest:g} mm is too small to write into; boxes must be {least_mm} mm")
    elif smallest < least_mm:
        message = f"boxes must be {least_mm} mm wide and high at least, to be read well; these have {smallest:g} mm"
        yield Problem(place, message, is_warning=not is_ours(page))


def find_gap_problems(place: Place, boxes: Boxes, page: FormPage) -> Iterator[Problem]:
    """Boxes may not overlap; those that stand apart need a gap, and those that do not are read worse."""
    cells = boxes.cells
    where = (*place, "list" if boxes.list else "pitch")
    if have_near_pair(cells, 0):
        yield Problem(where, f"boxes overlap each other{pitch_mend(boxes, 0)}")
    elif boxes.shape != "separate":
        message = f"{boxes.shape} boxes are read worse than boxes that stand {MIN_GAP_MM} mm apart (`shape: separate`)"
        yield Problem((*place, "shape"), message, is_warning=True)
    elif have_near_pair(cells, MIN_GAP_MM):
        message = f"boxes must be {MIN_GAP_MM} mm apart at least, to be read well{pitch_mend(boxes, MIN_GAP_MM)}"
        yield Problem(where, message, is_warning=not is_ours(page))


def have_near_pair(cells: Sequence[Box], gap_mm: float) -> bool:
    """Whether two boxes of a field are nearer than a gap."""
    return any(are_near([cell], cells[:i], gap_mm) for i, cell in enumerate(cells))


def pitch_mend(boxes: Boxes, gap_mm: float) -> str:
    """The pitch that a row needs; nothing of a list or a column."""
    return (
        f"; pitch must be {boxes.size[0] + gap_mm:g} at least" if boxes.size and isinstance(boxes.pitch, float) else ""
    )


def find_area_problems(place: Place, field: Field) -> Iterator[Problem]:
    """Digits without boxes need room too."""
    most = field.lengths[1]
    if field.box.height < MIN_BOX_MM:
        yield Problem(place, f"an area must be {MIN_BOX_MM} mm high at least")
    elif field.box.width < DIGIT_MM * most:
        message = f"{most} digits need {DIGIT_MM * most} mm, and the area is {field.box.width:g} mm wide; make it wider"
        yield Problem(place, message, is_warning=True)


def find_overlaps(form: FormTemplate) -> Iterator[Problem]:
    """No two fields may share paper."""
    placed = [(i, field) for i, field in enumerate(form.fields) if field.boxes or field.area]
    for (_, one), (i, other) in combinations(placed, 2):
        place: Place = ("fields", i, "boxes" if other.boxes else "area")
        if one.page != other.page or not are_near([one.box], [other.box]):
            continue
        if are_near(outlines(one), outlines(other), gap_mm=0):
            yield Problem(place, f"field {other.name!r} overlaps field {one.name!r}; move one")
        elif are_near(outlines(one), outlines(other)):
            message = f"field {other.name!r} is less than {MIN_GAP_MM} mm away from field {one.name!r}; move one"
            at_will = one.page <= len(form.pages) and is_ours(form.pages[one.page - 1])
            yield Problem(place, message, is_warning=not at_will)


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


def is_ours(page: FormPage) -> bool:
    """Whether we print the page, so that its boxes can still be made better."""
    return page.registration.method == "aruco"


def lies_within(inner: Box, outer: Box) -> bool:
    """Whether no part of one box is outside the other."""
    inner = inner.grown(-ROUNDING_MM)
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def are_near(boxes: Iterable[Box], others: Iterable[Box], gap_mm: float = MIN_GAP_MM) -> bool:
    """Whether any box is nearer to another one than a gap."""
    others = tuple(others)
    return any(box.grown(gap_mm - ROUNDING_MM).overlaps(other) for box in boxes for other in others)
