"""The PDF: what all copies of a page share is in it once, and each copy adds its code and its number."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from formdigits.errors import BadRequest
from formdigits.form_template import FormPage, FormTemplate
from formdigits.identity import PageIdentity
from submit_ui.form_print.boxes import draw_field
from submit_ui.form_print.marks import draw_marks
from submit_ui.form_print.page_code import draw_code
from submit_ui.form_print.serials import Serials
from submit_ui.form_print.words import draw_reference, draw_words

MOST_PAGES = 5_000
"""In one PDF, which is kept in memory until it is whole: 70 MB."""


def print_form(form: FormTemplate, serials: Serials | None = None) -> bytes:
    """The PDF of a form, the same bytes every time; `write_form` says what it may raise."""
    stream = io.BytesIO()
    write_form(form, stream, serials)
    return stream.getvalue()


def write_form(form: FormTemplate, file: BinaryIO, serials: Serials | None = None) -> None:
    """Write a PDF of all pages of a form, once, or once for every serial number.

    Raises:
        BadRequest: a page of the form has no marks, so that it is not ours to print; or the batch is too large.
    """
    refuse_unprintable(form, serials)
    canvas = Canvas(file, invariant=True, pageCompression=1)
    canvas.setTitle(form.title)
    canvas.setCreator("formdigits")
    for number, page in enumerate(form.pages, start=1):
        begin_shared(canvas, page, number)
        draw_shared(canvas, form, number)
        canvas.endForm()
    for copy in copies(form, serials):
        draw_copy(canvas, form, copy)
    canvas.save()


def refuse_unprintable(form: FormTemplate, serials: Serials | None) -> None:
    """Raise BadRequest for what cannot be printed."""
    if form.is_image:
        raise BadRequest(f"the form {form.id!r} has no corner marks; it is for images, and is not printed")
    if any(not page.registration.marks for page in form.pages):
        raise BadRequest(f"the form {form.id!r} has pages without corner marks; print it from where it comes from")
    n_pages = len(form.pages) * (serials.n_copies if serials else 1)
    if n_pages > MOST_PAGES:
        raise BadRequest(f"this makes {n_pages} pages, and a PDF may have {MOST_PAGES}; print it in parts")


def copies(form: FormTemplate, serials: Serials | None) -> Iterator[PageIdentity]:
    """What each page of the PDF is, the sheets of a copy together."""
    for serial in serials.numbers() if serials else (None,):
        for number in range(1, len(form.pages) + 1):
            yield PageIdentity(form.ref, number, serial)


def begin_shared(canvas: Canvas, page: FormPage, number: int) -> None:
    """Begin what all copies of a page have: from here on in millimetres from the top left corner, y down."""
    canvas.beginForm(shared_name(number), 0, 0, page.size.width * mm, page.size.height * mm)
    lay_millimetres(canvas, page)


def draw_shared(canvas: Canvas, form: FormTemplate, number: int) -> None:
    """Draw marks, titles and boxes."""
    page = form.pages[number - 1]
    draw_marks(canvas, page)
    draw_words(canvas, form, number)
    for field in form.fields_on(number):
        draw_field(canvas, field, page)


def draw_copy(canvas: Canvas, form: FormTemplate, copy: PageIdentity) -> None:
    """Draw one page of the PDF."""
    page = form.pages[copy.page - 1]
    canvas.setPageSize((page.size.width * mm, page.size.height * mm))
    canvas.doForm(shared_name(copy.page))
    lay_millimetres(canvas, page)
    if page.identity:
        draw_code(canvas, page.identity.box, copy.text)
    draw_reference(canvas, form, copy)
    canvas.showPage()


def lay_millimetres(canvas: Canvas, page: FormPage) -> None:
    """Have lengths be millimetres from the page's top left corner, y down."""
    canvas.translate(0, page.size.height * mm)
    canvas.scale(mm, -mm)


def shared_name(number: int) -> str:
    """Of what all copies of a page share."""
    return f"page{number}"
