"""Pictures that show how a form lies on a scan: its boxes, its marks, and how well they fit."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from formdigits.arrays import GreyPage, Homography
from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import Box, to_scan_px
from formdigits.readings import PageFailure
from worker.form_scans import Tried
from worker.registration import Registration

Picture = npt.NDArray[np.uint8]
"""Shape (h, w, 3), blue, green, red."""
GREEN, BLUE, ORANGE, RED, WHITE = (40, 160, 0), (200, 90, 0), (0, 120, 230), (30, 30, 200), (255, 255, 255)
KIND_COLOURS = {"digits": GREEN, "mark": ORANGE, "image": BLUE}
THUMB = 420, 594
"""Width and height of a scan on the contact sheet."""
ACROSS = 5
MOST_THUMBS = 50


def draw_overlay(grey: GreyPage, form: FormTemplate, registration: Registration) -> Picture:
    """The scan with the form drawn over it."""
    picture = np.ascontiguousarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8))
    page, homography = form.pages[registration.page_number - 1], registration.homography
    pen = max(1, round(max(grey.shape) / 1200))
    outline(picture, page.box, homography, BLUE, pen)
    for mark in page.registration.marks:
        outline(picture, page.registration.mark_box(mark), homography, RED, pen)
    if page.identity:
        outline(picture, page.identity.box, homography, RED, pen)
    for field in form.fields_on(registration.page_number):
        draw_field(picture, field, homography, pen)
    n_marks = len(page.registration.marks)
    found = f", {registration.n_marks} of {n_marks} marks" if n_marks else ""
    hit = f", lines {registration.line_hit:.0%}" if registration.line_hit is not None else ""
    write(picture, f"{form.ref} page {registration.page_number}: {registration.residual_mm:.2f} mm{found}{hit}", BLUE)
    return picture


def draw_field(picture: Picture, field: Field, homography: Homography, pen: int) -> None:
    """The boxes of a field, and its name."""
    colour = KIND_COLOURS[field.kind]
    for box in field.cells or (field.box,):
        outline(picture, box, homography, colour, pen)
    [corner] = to_scan_px([(field.box.x, field.box.y - 0.8)], homography)
    cv2.putText(picture, field.name, point(corner), cv2.FONT_HERSHEY_SIMPLEX, 0.4 * pen, colour, pen, cv2.LINE_AA)


def outline(picture: Picture, box: Box, homography: Homography, colour: tuple[int, int, int], pen: int) -> None:
    """A box of the form as it lies on the scan."""
    corners = np.round(to_scan_px(box.corners, homography)).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [corners], isClosed=True, color=colour, thickness=pen, lineType=cv2.LINE_AA)


def write(picture: Picture, text: str, colour: tuple[int, int, int]) -> None:
    """A line at the top of a picture."""
    width = picture.shape[1]
    scale = min(1.0, width / 1000)
    cv2.rectangle(picture, (0, 0), (width, round(44 * scale)), WHITE, cv2.FILLED)
    at = round(10 * scale), round(31 * scale)
    printable = text.encode("ascii", "replace").decode()
    cv2.putText(picture, printable, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, max(1, round(2 * scale)), cv2.LINE_AA)


def point(corner: npt.NDArray[np.float64]) -> tuple[int, int]:
    """As OpenCV takes it."""
    return round(float(corner[0])), round(float(corner[1]))


def contact_sheet(form: FormTemplate, tried: Sequence[Tried]) -> Picture:
    """All scans small beside each other, each with the form over it, or with the reason why it could not be read."""
    thumbs = [thumbnail(form, one) for one in tried[:MOST_THUMBS]]
    width, height = THUMB
    n_rows = -(-len(thumbs) // ACROSS)
    sheet = np.full((n_rows * height, min(len(thumbs), ACROSS) * width, 3), 255, np.uint8)
    for i, thumb in enumerate(thumbs):
        row, column = divmod(i, ACROSS)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = thumb
    return sheet


def thumbnail(form: FormTemplate, one: Tried) -> Picture:
    """One scan, small."""
    width, height = THUMB
    thumb = np.full((height, width, 3), 255, np.uint8)
    if one.grey is not None:
        drawn = draw_overlay(one.grey, form, one.registration) if one.registration else plain(one.grey)
        scale = min((width - 12) / drawn.shape[1], (height - 60) / drawn.shape[0])
        size = max(1, round(drawn.shape[1] * scale)), max(1, round(drawn.shape[0] * scale))
        thumb[50 : 50 + size[1], 6 : 6 + size[0]] = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
    write(thumb, one.name, BLUE)
    failure = one.result if isinstance(one.result, PageFailure) else None
    said = failure.code if failure else f"{one.registration.residual_mm:.2f} mm" if one.registration else "read"
    cv2.putText(thumb, said, (6, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.5, RED if failure else GREEN, 1, cv2.LINE_AA)
    return thumb


def plain(grey: GreyPage) -> Picture:
    """A scan that lies on no form."""
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
