"""From the bytes of a scan to the digit crops of its fields."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from formdigits.arrays import DigitCrop, GreyPage
from formdigits.digit_crop import normalise, paper_is_light
from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import SINGLE_DIGIT, Field, FormTemplate
from formdigits.messages import PageRef
from formdigits.scan import decode
from worker.cells import cells_of, lightest_ink
from worker.decision import Polygon
from worker.field_cut import FieldCuts, cut_fields
from worker.free_field import Lattice, own_writing, segment
from worker.marks import MarkReading, read_marks
from worker.placing import FormSource, Placed, place_data, read_on


class Forms(FormSource, Protocol):
    """Where form templates come from, and all that lies beside them."""

    def roster(self, ref: str, file: str) -> frozenset[str]: ...


class CutField(NamedTuple):
    """One field, cut from its page."""

    field: Field
    crops: list[DigitCrop | None]
    """Of boxes one each, None where it is blank; of an area every way to see digits in it."""
    polygon_px: Polygon
    marks: Sequence[MarkReading] = ()
    lattice: Lattice | None = None
    """Of an area: which of the crops may stand beside which."""
    roster: frozenset[str] | None = None
    """The values that the field may have; None where it names no roster, or that cannot be had."""

    @property
    def n_crops(self) -> int:
        """How many of them go through the network."""
        return sum(crop is not None for crop in self.crops)


class CutPage(NamedTuple):
    """One page, ready for the network."""

    number: int
    """Within the job."""
    form: FormTemplate
    fields: list[CutField]
    page_number: int = 1
    """Within the form."""
    serial: str | None = None
    residual_mm: float | None = None


def cut_page(page: PageRef, data: bytes, form: FormTemplate | None, forms: Forms) -> CutPage:
    """Take a scan to its digit crops: decode, register on the form template, cut the cells, normalise.

    Args:
        page: which one it is.
        data: the bytes of the scan.
        form: what the page is said to be; None where its code says it.
        forms: all form templates.

    Raises:
        PageError: the page cannot be read, and why.
        UnknownForm: there is no such form template.
        FormTemplateInvalid: it cannot be used, or a picture that it names.
        ServerUnreachable: what is needed cannot be had for now.
    """
    if form is not None and (field := whole_image(form)) is not None:
        return CutPage(page.number, form, [cut_whole(decode(data), field)])
    return cut_placed(page, place_data(page, data, form, forms), forms)


def cut_placed(page: PageRef, placed: Placed, forms: Forms) -> CutPage:
    """Cut the fields of a page whose place is known."""
    form, registration, fields = placed.form, placed.registration, cut_all(placed)
    return CutPage(
        page.number,
        form,
        [field._replace(roster=roster_of(field.field, form, forms)) for field in fields],
        registration.page_number,
        registration.serial,
        round(registration.residual_mm, 3) if registration.n_marks else None,
    )


def whole_image(form: FormTemplate) -> Field | None:
    """The one field of a form that is nothing but one box."""
    if form is SINGLE_DIGIT:
        return form.fields[0]  # fast: asked of every digit image
    if not form.is_image or len(form.fields) > 1:
        return None
    [field] = form.fields
    return field if field.kind == "digits" and field.cells == (form.pages[0].box,) else None


def cut_whole(image: GreyPage, field: Field) -> CutField:
    """The field of an image that is one cell."""
    height, width = image.shape
    corners = (0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))
    return CutField(field, [normalise(paper_is_light(image))], corners)


def cut_all(placed: Placed) -> list[CutField]:
    """Cut the fields of one page.  What is faint beside the page's pen is paper in all of them."""
    scan, form, registration, _ = placed
    form_page, fields = form.pages[registration.page_number - 1], form.fields_on(registration.page_number)
    corners = np.array([field.box.corners for field in fields]).reshape(-1, 2)
    polygons = placed.to_file_px(corners).reshape(-1, 4, 2)
    found = {field.name: CutField(field, [], polygon(some)) for field, some in zip(fields, polygons, strict=True)}
    cuts = cut_fields(scan, read_on(form, registration.page_number), registration, form_page)
    lightest = lightest_ink([alike for alike in cuts if alike.fields[0].boxes])
    for alike in cuts:
        seen = see_boxes(alike, lightest) if alike.fields[0].boxes else see_areas(alike)
        for field, contents in zip(alike.fields, seen, strict=True):
            found[field.name] = found[field.name]._replace(**contents)
    return list(found.values())


def see_boxes(cuts: FieldCuts, lightest: int) -> Iterator[dict[str, Any]]:
    """What stands in the boxes of fields of one layout."""
    for field, cells in zip(cuts.fields, cells_of(cuts, lightest), strict=True):
        if field.kind == "mark":
            yield {"marks": read_marks(cells, cuts, lightest)}
        else:
            yield {"crops": [normalise(cell) for cell in cells]}


def see_areas(cuts: FieldCuts) -> Iterator[dict[str, Any]]:
    """Every way to see digits in areas of one layout; the network judges all of them."""
    [inside] = cuts.boxes
    for field, white in zip(cuts.fields, cuts.white, strict=True):
        lattice = segment(own_writing(white, inside), cuts.px_per_mm, field.lengths)
        yield {"crops": list(lattice.crops), "lattice": lattice}


def roster_of(field: Field, form: FormTemplate, forms: Forms) -> frozenset[str] | None:
    """The values that a field may have; without its file every one of them is looked at."""
    if field.constraints.roster is None:
        return None
    with suppress(FormTemplateInvalid):
        return forms.roster(form.ref, field.constraints.roster.file)
    return None


def polygon(points_px: npt.NDArray[np.float64]) -> Polygon:
    """Points on the scan as results have them."""
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points_px)
