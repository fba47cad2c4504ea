"""The QR code of a page, with its white border, as large as its region allows."""

from itertools import groupby

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.pdfgen.canvas import Canvas

from formdigits.form_template import FormTemplate
from formdigits.geometry import Box
from formdigits.identity import PageIdentity
from submit_ui.form_print.serials import LEAST_DIGITS

BORDER = 4
"""Modules of white that a code needs around it."""


def draw_code(canvas: Canvas, region: Box, text: str) -> None:
    """Draw a code into the top left of its region."""
    rows = modules_of(text)
    module = min(region.width, region.height) / (len(rows) + 2 * BORDER)
    path = canvas.beginPath()  # one path, so that no hair lines show between the modules
    for y, row in enumerate(rows, start=BORDER):
        x = BORDER
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                path.rect(region.x + x * module, region.y + y * module, length * module, module)
            x += length
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(path, stroke=0, fill=1)


def module_mm(form: FormTemplate, page_number: int) -> float:
    """How large a dot of a page's code is, when its copies have serial numbers."""
    identity = form.pages[page_number - 1].identity
    if identity is None:
        return 0.0
    text = PageIdentity(form.ref, page_number, "0" * LEAST_DIGITS).text
    return min(identity.box.width, identity.box.height) / (len(modules_of(text)) + 2 * BORDER)


def modules_of(text: str) -> list[list[bool]]:
    """The dark modules of a code, row by row, without its border."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    return [[bool(dark) for dark in row] for row in code.modules]
