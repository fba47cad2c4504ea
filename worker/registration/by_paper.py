"""Registration by the corners of the paper: the image's own, or where a person sees them."""

from collections.abc import Sequence

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from formdigits.errors import RegistrationResidual
from formdigits.form_template import FormPage
from worker.registration.fitting import Placement

MAX_STRETCH = 0.15
"""An image is as wide for its height as its form, up to this share."""


def place_edge_to_edge(page: GreyPage, form_page: FormPage) -> Placement:
    """The image is the paper: its edges are the form's.

    Raises:
        RegistrationResidual: the image has another shape than the form.
    """
    height, width = page.shape
    across, down = width / form_page.size.width, height / form_page.size.height
    if not 1 / (1 + MAX_STRETCH) <= across / down <= 1 + MAX_STRETCH:
        paper = f"{form_page.size.width:g} x {form_page.size.height:g} mm"
        raise RegistrationResidual(f"the image is {width} x {height} pixels, and the form {paper}; crop it to the form")
    # Pixels are named by their middles; the paper ends at the edge of the outermost ones.
    return Placement(np.array([[across, 0, -0.5], [0, down, -0.5], [0, 0, 1]]), 0.0, 0, 0.0)


def place_by_hand(corners_px: Sequence[Sequence[float]], form_page: FormPage) -> Placement:
    """Lay the page on the form by the corners of the paper.

    Args:
        corners_px: the form's top left corner on the scan, then clockwise as one reads the form.
        form_page: whose paper it is.

    Raises:
        RegistrationResidual: the corners are those of no sheet of paper.
    """
    corners = np.asarray(corners_px, np.float32).reshape(-1, 2)
    ahead = np.roll(corners, -1, axis=0) - corners
    after = np.roll(ahead, -1, axis=0)
    # At every corner a sheet turns clockwise (y goes down); seen in a mirror, or crossed over, it does not.
    if (
        len(corners) != 4
        or not np.isfinite(corners).all()
        or (ahead[:, 0] * after[:, 1] <= ahead[:, 1] * after[:, 0]).any()
    ):
        raise RegistrationResidual(
            "these corners are those of no sheet of paper; give the form's top left corner first, then clockwise"
        )
    homography = cv2.getPerspectiveTransform(np.array(form_page.box.corners, np.float32), corners)
    return Placement(homography.astype(np.float64), 0.0, 0, 0.0)
