"""The gate: what every placement must show, whatever it came from.  Below it a page is refused, not guessed at."""

import numpy as np

from formdigits.arrays import GreyPage, Homography
from formdigits.errors import RegistrationResidual
from formdigits.form_template import Field, FormPage
from formdigits.geometry import to_scan_px
from worker.registration.fitting import Placement, local_scales
from worker.registration.line_hit import line_hit
from worker.registration.print_hit import print_hit

PX_PER_MM = 2.2, 60.0
"""From 56 dpi, where a box of 5 mm has 11 pixels."""
MAX_STRETCH = 1.5
"""How much longer a millimetre may be one way than the other: A4 on Letter is 1.1, a tilted phone 1.3."""
MAX_PERSPECTIVE = 1.7
"""How much longer a millimetre may be at one corner of the paper than at another."""
MIN_LINE_HIT = 0.6
"""Of every field so many lines are found.  A page of another form has a field with fewer."""
MIN_PRINT_HIT = 0.6
"""Of every part of the page so much of the print is found; wrong placements have less than 0.4."""
OUTSIDE_MM = 1.0
"""A field may leave the scan by this much: that is a box's line and its margin."""


def check_shape(placement: Placement, form_page: FormPage) -> None:
    """Check that the marks fit, and that a sheet of paper can lie so.

    Raises:
        RegistrationResidual: they do not, or it cannot.
    """
    if not placement.residual_mm <= placement.allowed_mm:
        raise RegistrationResidual(
            f"the corner marks are off by {placement.residual_mm:.2f} mm and {placement.allowed_mm:.2f} mm is allowed;"
            " scan the sheet flat, and printed at its true size"
        )
    corners = np.array(form_page.box.corners)
    if (corners_depth(placement.homography, corners) <= 0).any():
        raise RegistrationResidual("the page would lie behind the camera; scan it again, from straight above")
    places = np.vstack([corners, corners.mean(axis=0)])
    scales = np.array([local_scales(placement.homography, place) for place in places])
    if (scales[:, 1] <= 0).any():
        raise RegistrationResidual("the page is seen in a mirror; scan it again, its printed side down")
    plain = np.sqrt(scales[:, 0] * scales[:, 1])
    if not PX_PER_MM[0] <= plain[-1] <= PX_PER_MM[1]:
        raise RegistrationResidual(f"the page is scanned at {plain[-1] * 25.4:.0f} dpi; scan it at 150 to 600 dpi")
    if scales[-1, 0] > MAX_STRETCH * scales[-1, 1] or plain.max() > MAX_PERSPECTIVE * plain.min():
        raise RegistrationResidual("the page is seen too much from the side; scan it flat, or from straight above")


def corners_depth(homography: Homography, points_mm: np.ndarray) -> np.ndarray:
    """How far from the camera points are, shape (n,): positive where it can see them."""
    depth: np.ndarray = (
        np.column_stack([points_mm, np.ones(len(points_mm))]) @ homography[2] * np.sign(homography[2, 2])
    )
    return depth


def check_fields_seen(page: GreyPage, fields: tuple[Field, ...], homography: Homography) -> None:
    """Check that all fields are on the scan: what is not there must not be read as blank.

    Raises:
        RegistrationResidual: naming a field that is not.
    """
    height, width = page.shape
    places = np.array([field.box.grown(-OUTSIDE_MM).corners for field in fields]).reshape(-1, 2)
    corners = to_scan_px(places, homography)
    outside = np.flatnonzero(((corners < -0.5) | (corners > (width - 0.5, height - 0.5))).any(axis=1))
    if len(outside):
        name = fields[int(outside[0]) // 4].name
        raise RegistrationResidual(f"the field {name!r} is not wholly on the scan; scan the whole sheet")


def check_lines(page: GreyPage, fields: tuple[Field, ...], homography: Homography) -> float | None:
    """Check that the form's printed lines are there.

    Returns:
        The line hit, 0 to 1; None where the form has none.

    Raises:
        RegistrationResidual: too few are.
    """
    hit = line_hit(page, fields, homography)
    if hit is not None and hit < MIN_LINE_HIT:
        raise RegistrationResidual(
            f"of a field's printed lines {hit:.0%} are where the form has them, and {MIN_LINE_HIT:.0%} are needed;"
            " is this page of that form? Scan it in grey or colour, not in black and white"
        )
    return hit


def check_all_print(page: GreyPage, homography: Homography, reference: GreyPage, form_page: FormPage) -> float:
    """Check that what is printed on the blank form is on the page.

    Returns:
        The share of it, 0 to 1, in that part of the page where it is least.

    Raises:
        RegistrationResidual: too little is.
    """
    hit = print_hit(page, homography, reference, form_page)
    if hit < MIN_PRINT_HIT:
        raise RegistrationResidual(
            f"of what is printed on a part of the blank form {hit:.0%} is on the page, and {MIN_PRINT_HIT:.0%} is"
            " needed; is this page of that form? Scan it flat, the whole sheet"
        )
    return hit
