"""Laying a scanned page on its form: corner marks give the homography, the printed code says which form it is."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from formdigits.arrays import GreyPage, Homography
from formdigits.errors import NoMarks, PageUnknown, RegistrationResidual, WrongForm
from formdigits.form_template import CornerMark, FormTemplate, RegistrationRules
from formdigits.geometry import Box, to_scan_px

SEARCH_PX = 1000
"""Marks are looked for on a page reduced to about this long side, where one of 10 mm on A4 still has 34 pixels."""
FLAT_MM = 0.4
"""Scanners shift, turn, stretch and shear.  What is further from that is perspective, or a mark out of its place..."""
PERSPECTIVE_RESIDUAL_PX = 1.0
"""...and it is perspective only if the marks' own shapes show it, this well."""
CODE_LOOKS = ((6, 0.0), (8, 1.2))
"""Pixels for a millimetre, and blur in pixels: first as it is, then with the dots of a dithering scanner smoothed."""
CODE_MARGIN_MM = 1.5
QR_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])

Points = npt.NDArray[np.float64]
"""Shape (n, 2), x and y."""


class Registration(NamedTuple):
    """How a page lies on its form."""

    homography: Homography
    residual_mm: float
    """How far the marks' corners are from where the form has them, root mean square."""
    n_marks: int


def register(page: GreyPage, form: FormTemplate) -> Registration:
    """Find the form on the page, however it is turned.

    Args:
        page: the scan, shape (h, w), dark ink on light paper.
        form: what the page is said to be.

    Raises:
        NoMarks: too few of the form's corner marks are on the page.
        RegistrationResidual: they do not lie to each other as on the form.
        WrongForm: the page's code names another form.
        PageUnknown: the page should have a code, and it cannot be read.
    """
    found = find_marks(page, form)
    registration = fit(found, form.pages[0].registration)
    if (identity := form.pages[0].identity) is not None:
        check_identity(page, form.ref, identity.box, registration.homography)
    return registration


def find_marks(page: GreyPage, form: FormTemplate) -> list[tuple[CornerMark, Points]]:
    """Find the form's marks, each with its four corners in pixels, from its own top left clockwise."""
    rules = form.pages[0].registration
    marks = rules.marks
    step = max(1, round(max(page.shape) / SEARCH_PX))
    found = look_for_marks(page, marks, step)
    if len(found) < len(marks) and step > 1:
        found = max(found, look_for_marks(page, marks, step // 2), key=len)
    if len(found) < rules.min_marks:
        raise NoMarks(
            f"found {len(found)} of the {len(marks)} corner marks of {form.ref!r}, and {rules.min_marks}"
            " are needed; scan the whole sheet, flat and sharp, at 150 dpi or more"
        )
    return found


def look_for_marks(page: GreyPage, marks: Sequence[CornerMark], step: int) -> list[tuple[CornerMark, Points]]:
    """Look for marks on the reduced page, and find their corners on the page itself."""
    found, ids, _ = detector().detectMarkers(reduced(page, step))
    seen = [] if ids is None else [int(number) for number in ids.ravel()]
    # A mark that is seen twice says nothing: one of them belongs to something else.
    corners = {number: quad[0] for number, quad in zip(seen, found, strict=True) if seen.count(number) == 1}
    return [(mark, refine(page, corners[mark.id], step)) for mark in marks if mark.id in corners]


def reduced(page: GreyPage, step: int) -> GreyPage:
    """Every `step` by `step` pixels as one; a whole step is many times as fast as another scale."""
    height, width = page.shape[0] // step, page.shape[1] // step
    if step == 1 or not height or not width:
        return page
    whole = page[: height * step, : width * step]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def detector() -> cv2.aruco.ArucoDetector:
    """Looks for the marks of dictionary 4X4_50, dark on light."""
    parameters = cv2.aruco.DetectorParameters()
    # One threshold window, about as wide as a mark, is enough for flat paper, and three times as fast as the default.
    parameters.adaptiveThreshWinSizeMin = parameters.adaptiveThreshWinSizeMax = 33
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)


def refine(page: GreyPage, corners: npt.NDArray[np.float32], step: int) -> Points:
    """Find the corners of a mark to a part of a pixel on the page itself.

    Args:
        page: the scan at its full size.
        corners: shape (4, 2), as found on the reduced page.
        step: pixels of the scan for one of the reduced page.
    """
    whole = (corners + 0.5) * step - 0.5  # middles of pixels stay middles
    side_px = float(np.linalg.norm(whole[0] - whole[1]))
    reach_px = max(2, round(side_px / 14))  # stays within the outermost modules, which are a sixth of the side
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    margin = 3 * reach_px + 2
    start = np.maximum(np.floor(whole.min(axis=0)).astype(int) - margin, 0)
    end = np.ceil(whole.max(axis=0)).astype(int) + margin
    cut = np.ascontiguousarray(page[start[1] : end[1], start[0] : end[0]])
    near = (whole - start).astype(np.float32).reshape(-1, 1, 2)
    refined = cv2.cornerSubPix(cut, near, (reach_px, reach_px), (-1, -1), stop)
    return np.asarray(refined.reshape(-1, 2) + start, np.float64)


def fit(found: list[tuple[CornerMark, Points]], rules: RegistrationRules) -> Registration:
    """Fit the homography to the marks, and measure how well they agree."""
    points_mm = np.array([corner for mark, _ in found for corner in rules.mark_box(mark).corners])
    points_px = np.concatenate([corners for _, corners in found])
    affine = fit_affine(points_mm, points_px)
    bend_mm = residual_of(affine, points_mm, points_px)
    # Three marks say too little about perspective.
    homography = affine if len(found) == 3 else fit_homography(points_mm, points_px)
    residual_mm = residual_of(homography, points_mm, points_px)
    allowed_mm = rules.max_residual_mm
    if len(found) > 3 and bend_mm > FLAT_MM:
        px_per_mm = float(np.sqrt(abs(np.linalg.det(affine))))
        allowed_mm = min(allowed_mm, PERSPECTIVE_RESIDUAL_PX / px_per_mm)
    if not residual_mm <= allowed_mm:
        raise RegistrationResidual(
            f"the corner marks are off by {residual_mm:.2f} mm and {allowed_mm:.2f} mm is allowed;"
            " scan the sheet flat, and printed at its true size"
        )
    return Registration(homography, residual_mm, len(found))


def fit_affine(points_mm: Points, points_px: Points) -> Homography:
    """Shift, turn, stretch and shear, by least squares."""
    coefficients, *_ = np.linalg.lstsq(np.column_stack([points_mm, np.ones(len(points_mm))]), points_px)
    return np.vstack([coefficients.T, [0, 0, 1]])


def fit_homography(points_mm: Points, points_px: Points) -> Homography:
    """Those and perspective, by least squares."""
    homography, _ = cv2.findHomography(points_mm, points_px, 0)
    if homography is None or abs(np.linalg.det(homography)) < 1e-9:
        raise RegistrationResidual("the corner marks lie to each other as on no sheet of paper; scan it again")
    return homography.astype(np.float64)


def residual_of(homography: Homography, points_mm: Points, points_px: Points) -> float:
    """How far points come to lie from where they should, on the form, root mean square."""
    back_mm = to_scan_px(points_px, np.linalg.inv(homography).astype(np.float64))
    return float(np.sqrt(((back_mm - points_mm) ** 2).sum(axis=1).mean()))


def check_identity(page: GreyPage, ref: str, code: Box, homography: Homography) -> None:
    """Read the code where the form has it, and compare it with the form's reference."""
    for px_per_mm, blur_px in CODE_LOOKS:
        region = cut_upright(page, code.grown(CODE_MARGIN_MM), homography, px_per_mm)
        if blur_px:
            region = cv2.GaussianBlur(region, (0, 0), blur_px).astype(np.uint8, copy=False)
        texts = [found.text for found in zxingcpp.read_barcodes(region, formats=QR_CODES, try_rotate=False)]
        if ref in texts:
            return
        if texts:
            raise WrongForm(f"the page's code says {texts[0][:60]!r}, and it was submitted as {ref!r}")
    raise PageUnknown(f"the code that says which form this is cannot be read; is this page a {ref!r}?")


def cut_upright(page: GreyPage, box: Box, homography: Homography, px_per_mm: float) -> GreyPage:
    """Cut a part of the form out of the page, upright; what lies outside of the page is white.

    Args:
        page: the scan.
        box: the part, in millimetres on the form.
        homography: millimetres to pixels of the scan.
        px_per_mm: the scale of the result.
    """
    size = max(1, round(box.width * px_per_mm)), max(1, round(box.height * px_per_mm))
    # The middle of the first pixel lies half a pixel within the box.
    half_px_mm = 0.5 / px_per_mm
    to_mm = np.array([[1 / px_per_mm, 0, box.x + half_px_mm], [0, 1 / px_per_mm, box.y + half_px_mm], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(page, homography @ to_mm, size, flags=flags, borderValue=(255,))
    return cut.astype(np.uint8, copy=False)
