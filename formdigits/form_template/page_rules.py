"""How a page is recognised and registered: its marks, its code, what is not looked at."""

from collections.abc import Iterator
from itertools import combinations

from formdigits.form_template.layout_rules import lies_within, printed_on
from formdigits.form_template.page import FormPage
from formdigits.form_template.problems import Place, Problem, repeated
from formdigits.geometry import Box

MARK_SPREAD = 0.3
"""Marks must span this share of the page both ways: the homography is only good between them."""


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
        yield Problem((*place, "identity", "region"), "the identity region leaves the page; move it")
    for i, region in enumerate(page.ignore):
        if not lies_within(Box(*region), page.box):
            yield Problem((*place, "ignore", i), "the area that is ignored leaves the page; make it smaller")
    yield from find_hidden(place, page)


def find_hidden(place: Place, page: FormPage) -> Iterator[Problem]:
    """Marks and the code must be seen, so nothing else may lie on them."""
    for (name, box), (other_name, other) in combinations(printed_on(page), 2):
        are_marks = "mark" in name and "mark" in other_name  # these have a rule of their own
        are_ignored = name == other_name
        if box.overlaps(other) and not are_marks and not are_ignored:
            key = "ignore" if "ignored" in other_name else "identity"
            yield Problem((*place, key), f"{other_name} overlaps {name}; move one")


def find_mark_problems(place: Place, page: FormPage) -> Iterator[Problem]:
    """Marks must be enough, apart, spread over the page, and where a printer can print them."""
    rules = page.registration
    if len(rules.marks) < rules.min_marks:
        mend = "add marks, or lower min_marks"
        yield Problem(place, f"there are {len(rules.marks)} marks and min_marks asks for {rules.min_marks}; {mend}")
        return
    if rules.method == "aruco":
        for i, mark in enumerate(rules.marks):
            if mark.id is None:
                yield Problem((*place, i), "an ArUco mark needs its `id`, from 0 to 49")
        for i, mark_id in repeated([mark.id for mark in rules.marks if mark.id is not None]):
            yield Problem((*place, i, "id"), f"there is already a mark {mark_id}; each id may be used once")
    boxes = [rules.mark_box(mark) for mark in rules.marks]
    for i, box in enumerate(boxes):
        if not lies_within(box, page.box.grown(-rules.quiet_margin_mm)):
            mend = "move it in, or lower quiet_margin_mm"
            yield Problem(
                (*place, i, "at"), f"the mark comes nearer than {rules.quiet_margin_mm:g} mm to the edge; {mend}"
            )
        # A mark is only found when paper surrounds it: one of its six modules.
        if any(box.grown(rules.mark_mm / 6).overlaps(other) for other in boxes[:i]):
            yield Problem((*place, i, "at"), "the mark is too near to another one; move it")
    span = Box.around(boxes)
    if span.width < MARK_SPREAD * page.size.width or span.height < MARK_SPREAD * page.size.height:
        yield Problem(place, "the marks are too close together; put them near the corners of the page")
