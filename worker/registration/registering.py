"""Laying a scanned page on its form: which page it is, how it lies, and whether that is sure enough."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from formdigits.arrays import GreyPage, Homography
from formdigits.errors import FormTemplateInvalid, NoMarks, PageError, PageUnknown, RegistrationResidual
from formdigits.form_template import Field, FormPage, FormTemplate
from formdigits.identity import PageIdentity
from worker.registration.aruco import place_by_aruco
from worker.registration.blankness import check_not_blank
from worker.registration.by_paper import place_by_hand, place_edge_to_edge
from worker.registration.cutting import is_black_and_white
from worker.registration.features import place_by_features
from worker.registration.fitting import Placement
from worker.registration.gate import check_all_print, check_fields_seen, check_lines, check_shape
from worker.registration.line_refinement import refine_by_lines
from worker.registration.page_code import PageCode, find_codes
from worker.registration.page_identity import check_place, check_ref, identify, page_said, read_identity
from worker.registration.print_refinement import refine_by_print
from worker.registration.scan_streaks import without_streaks
from worker.registration.squares import place_by_squares

FLAT_RESIDUAL_MM = 0.1
"""Of three marks; a phone's perspective, which takes what is far from them 1 mm off, shows by more in their shapes."""

CornersPx = Sequence[Sequence[float]]
"""Of the paper on the scan: the form's top left one first, then clockwise as one reads the form."""


class References(Protocol):
    """Where pictures of blank pages come from, such as the form shelf."""

    def reference(self, ref: str, page_number: int) -> GreyPage | None: ...


class Registration(NamedTuple):
    """How a page lies on its form."""

    homography: Homography
    residual_mm: float
    """How far the marks' corners are from where the form has them, root mean square."""
    n_marks: int
    """How many marks, or points that agree, it stands on; none where the paper's own corners were taken."""
    page_number: int = 1
    """Which page of the form it is, from 1."""
    serial: str | None = None
    """The serial number in its code."""
    line_hit: float | None = None
    """The share of the form's printed lines that are in their place; None where they were not looked for."""


class Sheet(NamedTuple):
    """A scan, and the page of the form that it is said to be."""

    page: GreyPage
    form: FormTemplate
    form_page: FormPage
    code: PageCode | None
    """What was found on the scan; None where it is still to be read."""
    corners_px: CornersPx | None
    references: References | None

    @property
    def number(self) -> int:
        """Which page of the form it is; two of its pages may look the same."""
        return next(number for number, page in enumerate(self.form.pages, start=1) if page is self.form_page)

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.form.fields_on(self.number)

    @property
    def method(self) -> str:
        return "by hand" if self.corners_px is not None else self.form_page.registration.method

    @property
    def reference(self) -> GreyPage:
        """The picture of the blank page."""
        found = self.references.reference(self.form.ref, self.number) if self.references else None
        if found is None:
            raise FormTemplateInvalid(f"{self.form.ref!r} is registered by features, which needs a `reference`")
        return found


def register(
    page: GreyPage,
    form: FormTemplate,
    form_page: FormPage | None = None,
    *,
    references: References | None = None,
    corners_px: CornersPx | None = None,
    code: PageCode | None = None,
) -> Registration:
    """Find the form on the page, however it is turned.

    Args:
        page: the scan, shape (h, w), dark ink on light paper.
        form: what the page is said to be.
        form_page: which page of the form; where it is not given, and the form has several, the page's code says it.
        references: where pictures of blank pages come from.
        corners_px: where a person sees the corners of the paper; no marks are looked for then.
        code: the page's code, where it was read already.

    Raises:
        NoMarks: too few of the form's marks are on the page.
        RegistrationResidual: they do not lie to each other as on the form, or its printed lines are elsewhere.
        WrongForm: the page's code names another form.
        PageUnknown: the page should have a code, and it cannot be read.
        BlankPage: there is nothing on the page.
    """
    try:
        if form_page is None and len(form.pages) > 1:
            code = code or identify(page)
        sheet = Sheet(page, form, form_page or page_said(form, code), code, corners_px, references)
        return look_again(sheet)
    except (NoMarks, RegistrationResidual, PageUnknown):
        explain(page, form, by_hand=corners_px is not None)
        raise


def look_again(sheet: Sheet) -> Registration:
    """Lay the sheet on its form, if need be without the streaks of dust that cross its marks."""
    try:
        return first_sound(sheet, place(sheet))
    except (NoMarks, RegistrationResidual, PageUnknown):
        wiped = without_streaks(sheet.page) if sheet.corners_px is None else None
        if wiped is None:
            raise
    clean = sheet._replace(page=wiped)
    return first_sound(clean, place(clean))


def place(sheet: Sheet) -> Iterable[Placement]:
    """How the page may lie on the form, the likeliest first."""
    if sheet.corners_px is not None:
        return [place_by_hand(sheet.corners_px, sheet.form_page)]
    if sheet.method == "aruco":
        return [place_by_aruco(sheet.page, sheet.form_page)]
    if sheet.method == "squares":
        return place_by_squares(sheet.page, sheet.form_page)
    if sheet.method == "features":
        return [place_by_features(sheet.page, sheet.form_page, sheet.reference)]
    return [place_edge_to_edge(sheet.page, sheet.form_page)]


def first_sound(sheet: Sheet, placements: Iterable[Placement]) -> Registration:
    """The first placement that passes the gate; where none does, what is wrong with the first is raised."""
    problem: PageError = NoMarks("the form is not found on the page; scan the whole sheet, flat and sharp")
    for number, placement in enumerate(placements):
        try:
            return pass_gate(sheet, placement)
        except (RegistrationResidual, PageUnknown) as error:
            problem = problem if number else error
    raise problem


def pass_gate(sheet: Sheet, placement: Placement) -> Registration:
    """Let a placement through the gate, or raise what is wrong with it."""
    check_shape(placement, sheet.form_page)
    if (refined := refine(sheet, placement)) is not placement:
        placement = refined
        check_shape(placement, sheet.form_page)
    check_fields_seen(sheet.page, sheet.fields, placement.homography)
    identity = confirm(sheet, placement.homography)
    sure = identity is not None and (placement.n_marks > 3 or is_flat(sheet, placement))
    hit = check_print(sheet, placement, sure=sure)
    serial = identity.serial if identity else None
    return Registration(placement.homography, placement.residual_mm, placement.n_marks, sheet.number, serial, hit)


def refine(sheet: Sheet, placement: Placement) -> Placement:
    """Make better what the marks alone leave open."""
    if sheet.method == "features":
        return refine_by_print(sheet.page, placement, sheet.reference, sheet.form_page)
    if placement.n_marks == 3:
        return refine_by_lines(sheet.page, sheet.fields, placement)
    return placement


def is_flat(sheet: Sheet, placement: Placement) -> bool:
    """Whether three marks say it all: what scans in black and white has no perspective, and shows no light lines."""
    return placement.residual_mm <= FLAT_RESIDUAL_MM and is_black_and_white(sheet.page)


def check_print(sheet: Sheet, placement: Placement, *, sure: bool) -> float | None:
    """Check that what is printed is where it should be; as a share, 0 to 1, or None where that is not needed."""
    if sheet.method == "features":
        return check_all_print(sheet.page, placement.homography, sheet.reference, sheet.form_page)
    # Marks and the code show that it is this form, and so does a person; printed lines may be too light to see.
    if sure or sheet.method in ("by hand", "none"):
        return None
    return check_lines(sheet.page, sheet.fields, placement.homography)


def confirm(sheet: Sheet, homography: Homography) -> PageIdentity | None:
    """Compare the page's code with what it should say, at its place on the form."""
    region = sheet.form_page.identity.box if sheet.form_page.identity else None
    if sheet.code is not None:
        if region is not None:
            check_place(sheet.code, region, homography)
        return sheet.code.identity
    if region is None:
        return None
    try:
        return read_identity(sheet.page, region, homography, PageIdentity(sheet.form.ref, sheet.number))
    except PageUnknown:
        if sheet.corners_px is None:
            raise
        return None  # a person says which form it is


def explain(page: GreyPage, form: FormTemplate, *, by_hand: bool) -> None:
    """Raise what explains better why a page is refused: it is of another form, or nothing is on it."""
    for code in find_codes(page):
        check_ref(code.identity, form)
    if not by_hand:
        check_not_blank(page)
