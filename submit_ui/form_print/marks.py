"""Corner marks, as the black modules that they are made of."""

import cv2
from reportlab.pdfgen.canvas import Canvas

from formdigits.form_template import FormPage
from formdigits.geometry import Box

MARK_MODULES = 6


def draw_marks(canvas: Canvas, page: FormPage) -> None:
    """Draw every corner mark of a page."""
    canvas.setFillColorRGB(0, 0, 0)
    rules = page.registration
    for mark in rules.marks:
        if rules.method == "squares":
            canvas.rect(*rules.mark_box(mark), stroke=0, fill=1)
        else:
            draw_aruco(canvas, mark.id or 0, rules.mark_box(mark))


def draw_aruco(canvas: Canvas, number: int, box: Box) -> None:
    """Draw a mark of the dictionary 4X4_50."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    module = box.width / MARK_MODULES
    picture = cv2.aruco.generateImageMarker(dictionary, number, MARK_MODULES)
    path = canvas.beginPath()  # one path, so that no hair lines show between the modules
    for row, values in enumerate(picture):
        for column, value in enumerate(values):
            if value == 0:
                path.rect(box.x + column * module, box.y + row * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)
