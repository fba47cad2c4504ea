"""A form template as a PDF to print, at its true size."""

import io

import cv2
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from formdigits.errors import BadRequest
from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import Box

BOX_LINE = (0.62, 0.79, 0.92)
"""Light blue: plain to the writer, and always lighter than the ink of a pen."""
BOX_LINE_MM = 0.3
CAPTION = (0.25, 0.25, 0.25)
FONT, BOLD = "Helvetica", "Helvetica-Bold"
ADVICE = "Please write one digit into each box, with a dark pen."
MARK_MODULES = 6


def print_form(form: FormTemplate) -> bytes:
    """Draw the form: corner marks, code, titles, boxes.

    Returns:
        A PDF of one page, the same bytes every time.

    Raises:
        BadRequest: the form has no corner marks, so that there is nothing to print.
    """
    if form.is_image:
        raise BadRequest(f"the form {form.id!r} has no corner marks; it is for images, and is not printed")
    page, stream = form.pages[0], io.BytesIO()
    canvas = Canvas(stream, pagesize=(page.size.width * mm, page.size.height * mm), invariant=True)
    canvas.setTitle(form.title)
    canvas.setCreator("formdigits")
    # From here on as on the form: millimetres from the top left corner, y down.
    canvas.translate(0, page.size.height * mm)
    canvas.scale(mm, -mm)
    draw_marks(canvas, form)
    draw_identity(canvas, form)
    draw_words(canvas, form)
    for field in form.fields:
        draw_field(canvas, field)
    canvas.save()
    return stream.getvalue()


def draw_marks(canvas: Canvas, form: FormTemplate) -> None:
    """Draw every corner mark as the black modules that it is made of."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    canvas.setFillColorRGB(0, 0, 0)
    for mark in form.pages[0].registration.marks:
        box = form.pages[0].registration.mark_box(mark)
        module = box.width / MARK_MODULES
        picture = cv2.aruco.generateImageMarker(dictionary, mark.id or 0, MARK_MODULES)
        path = canvas.beginPath()  # one path, so that no hair lines show between the modules
        for row, values in enumerate(picture):
            for column, value in enumerate(values):
                if value == 0:
                    path.rect(box.x + column * module, box.y + row * module, module, module)
        canvas.drawPath(path, stroke=0, fill=1)


def draw_identity(canvas: Canvas, form: FormTemplate) -> None:
    """Draw the QR code that says which form this is, with its white border, as large as its region allows."""
    if form.pages[0].identity is None:
        return
    box = form.pages[0].identity.box
    side = min(box.width, box.height)
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(form.ref, barLevel="M", barWidth=side, barHeight=side, barBorder=4))
    canvas.saveState()
    canvas.translate(box.x, box.y + side)
    canvas.scale(1, -1)
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.restoreState()


def draw_words(canvas: Canvas, form: FormTemplate) -> None:
    """Draw the title between the upper marks, advice and reference between the lower ones."""
    marks = [form.pages[0].registration.mark_box(mark) for mark in form.pages[0].registration.marks]
    span = Box.around(marks)
    side = form.pages[0].registration.mark_mm
    room = Box(span.x + 1.5 * side, span.y, span.width - 3 * side, span.height)
    draw_text(canvas, form.title, Box(room.x, room.y, room.width, side * 0.7), font=BOLD)
    canvas.setFillColorRGB(*CAPTION)
    draw_text(canvas, ADVICE, Box(room.x, room.bottom - side, room.width, side * 0.4))
    draw_text(canvas, form.ref, Box(room.x, room.bottom - side * 0.4, room.width, side * 0.3))


def draw_field(canvas: Canvas, field: Field) -> None:
    """Draw the title of a field and its boxes, apart from each other."""
    above = Box(field.box.x, field.box.y - 5.5, max(field.box.width, 60), 3.6)
    canvas.setFillColorRGB(*CAPTION)
    draw_text(canvas, field.title or field.name, above)
    canvas.setStrokeColorRGB(*BOX_LINE)
    canvas.setLineWidth(BOX_LINE_MM)
    for cell in field.cells:
        canvas.rect(*cell, stroke=1, fill=0)


def draw_text(canvas: Canvas, text: str, box: Box, font: str = FONT) -> None:
    """Draw one line of text as high as the box, or lower where it would be too wide."""
    size = min(box.height, box.height * box.width / max(stringWidth(text, font, box.height), 1e-6))
    canvas.saveState()
    canvas.translate(box.x, box.bottom - 0.2 * box.height)
    canvas.scale(1, -1)
    canvas.setFont(font, size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()
