"""From the bytes of a scan to its place on its form, with no more pixels than the form's boxes need."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import Scan
from formdigits.errors import NoMarks, PageUnknown, RegistrationResidual
from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import to_scan_px
from formdigits.messages import PageRef
from formdigits.scan import decode_reduced, decode_scan, to_grey
from worker.field_cut import enough_px_per_mm, scale_at
from worker.registration import CornersPx, References, Registration, identify, register

NOT_PLACED = NoMarks, RegistrationResidual, PageUnknown
LOOK_EVERY_PX = 8
DARKEST_PAPER = 60
"""Grey of a sheet that lies in the dark; what most of a negative is, is darker."""
CODE_PX = 100
"""A printed code's side has no fewer pixels: three for a module of the longest text."""


class FormSource(References, Protocol):
    """Where form templates come from, and pictures of their blank pages."""

    def get(self, name_or_ref: str) -> FormTemplate: ...


class Placed(NamedTuple):
    """A decoded scan on its form."""

    scan: Scan
    form: FormTemplate
    registration: Registration
    step: int = 1
    """Pixels of the file, each way, for one of the scan."""

    def to_file_px(self, points_mm: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Where points on the form lie on the scan as it was sent, shape (n, 2)."""
        return to_scan_px(points_mm, self.registration.homography) * self.step + (self.step - 1) / 2


def place_data(page: PageRef, data: bytes, form: FormTemplate | None, forms: FormSource) -> Placed:
    """Decode a scan and lay it on its form.

    A large JPEG is decoded at a half or a quarter of its size.  Where it turns out that the sheet is only a part of the
    scan, or cannot be placed so, all of its pixels are looked at.

    Args:
        page: which one it is, and where a person sees its corners.
        data: the bytes of the scan.
        form: what the page is said to be; None where its code says it.
        forms: all form templates.

    Raises:
        PageError: the page cannot be read, and why.
    """
    if form is None:
        return place(page, decode_scan(data), form, forms)
    scan, step = decode_reduced(data, least_px(form))
    if step == 1:
        return place(page, scan, form, forms)
    with suppress(*NOT_PLACED):
        placed = place(page, scan, form, forms, step)
        if shows_enough(placed):
            return placed
    return place(page, decode_scan(data), form, forms)


def place(page: PageRef, scan: Scan, form: FormTemplate | None, forms: FormSource, step: int = 1) -> Placed:
    """Lay a decoded scan on its form, a negative as a positive; arguments and errors are those of `place_data`."""
    corners_px = page.corners_px and on_reduced(page.corners_px, step)
    if not is_dark(scan, corners_px):
        return place_positive(scan, form, forms, corners_px, step)
    if corners_px or (form is not None and form.pages[0].registration.method == "none"):
        return place_positive(negative_of(scan), form, forms, corners_px, step)  # no mark says that this is wrong
    try:
        return place_positive(scan, form, forms, corners_px, step)
    except NOT_PLACED:
        with suppress(*NOT_PLACED):
            return place_positive(negative_of(scan), form, forms, corners_px, step)
        raise


def place_positive(
    scan: Scan, form: FormTemplate | None, forms: FormSource, corners_px: CornersPx | None, step: int
) -> Placed:
    """Lay dark ink on light paper on its form."""
    grey, code = to_grey(scan), None
    if form is None:
        code = identify(grey)
        form = forms.get(code.identity.ref)
    return Placed(scan, form, register(grey, form, references=forms, corners_px=corners_px, code=code), step)


def is_dark(scan: Scan, corners_px: CornersPx | None) -> bool:
    """Whether most of a scan is dark, or of the sheet where its corners are known: a negative, or a table around it."""
    few = to_grey(np.ascontiguousarray(scan[::LOOK_EVERY_PX, ::LOOK_EVERY_PX]))
    seen = np.ones_like(few)
    if corners_px:
        seen = np.zeros_like(few)
        cv2.fillConvexPoly(seen, np.rint(np.divide(corners_px, LOOK_EVERY_PX)).astype(np.int32), (1,))
    return bool(seen.any() and np.median(few[seen > 0]) < DARKEST_PAPER)


def negative_of(scan: Scan) -> Scan:
    """The scan with black for white."""
    return 255 - scan


def on_reduced(corners_px: Sequence[Sequence[float]], step: int) -> Sequence[Sequence[float]]:
    """Where points of the file lie on the scan whose pixels are `step` by `step` of it."""
    reduced: list[list[float]] = ((np.asarray(corners_px) - (step - 1) / 2) / step).tolist()
    return reduced


def least_px(form: FormTemplate) -> tuple[float, float]:
    """The short and the long side that a scan of the form needs, if the sheet fills it."""
    needed = [px_per_mm_needed(form, number) for number in range(1, len(form.pages) + 1)]
    sides = [
        sorted((page.size.width * most, page.size.height * most)) for page, most in zip(form.pages, needed, strict=True)
    ]
    return max(short for short, _ in sides), max(long for _, long in sides)


def px_per_mm_needed(form: FormTemplate, number: int) -> float:
    """The scale at which nothing is lost of a page's fields and its code."""
    code = form.pages[number - 1].identity
    least = CODE_PX / min(code.box.width, code.box.height) if code else 0.0
    return max([least, *(enough_px_per_mm(field) for field in read_on(form, number))])


def read_on(form: FormTemplate, number: int) -> list[Field]:
    """The fields of a page that are more than a picture for people."""
    return [field for field in form.fields_on(number) if field.kind != "image"]


def shows_enough(placed: Placed) -> bool:
    """Whether every field has the pixels that it needs, where the sheet lies."""
    number, homography = placed.registration.page_number, placed.registration.homography
    return all(scale_at(field.box, homography) >= enough_px_per_mm(field) for field in read_on(placed.form, number))
