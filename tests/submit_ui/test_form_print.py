import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from formdigits.errors import BadRequest
from formdigits.form_template import SINGLE_DIGIT, FormShelf
from formdigits.geometry import to_scan_px
from submit_ui.form_print import print_form
from tests.drawing import CARD, PX_PER_MM, print_page
from worker.registration import register


@pytest.fixture
def page():
    return print_page()


def test_the_pdf_has_one_page_of_the_forms_true_size():
    document = pypdfium2.PdfDocument(print_form(CARD))

    size_mm = [points * 25.4 / 72 for points in document[0].get_size()]

    assert len(document) == 1
    np.testing.assert_allclose(size_mm, (148, 105), atol=0.1)
    document.close()


def test_marks_lie_where_the_form_has_them(page):
    registration = register(page, CARD)

    points = to_scan_px([(0, 0), (148, 105)], registration.homography)

    assert registration.n_marks == 4
    assert registration.residual_mm < 0.02
    height, width = page.shape
    np.testing.assert_allclose(points, [(-0.5, -0.5), (width - 0.5, height - 0.5)], atol=0.1)


def test_the_code_names_form_and_version(page):
    [code] = zxingcpp.read_barcodes(page)

    assert code.text == "test-card@1"


def test_box_lines_are_light_and_where_the_form_has_them(page):
    for field in CARD.fields:
        for cell in field.cells:
            left, middle = round(cell.x * PX_PER_MM), round((cell.y + 5) * PX_PER_MM)
            line = page[middle, left - 2 : left + 3]
            assert 150 < line.min() < 235
            assert page[middle, left + 5 : left + 40].min() == 255


def test_no_words_run_into_boxes_marks_or_code(page):
    white = cv2.erode(page, np.ones((3, 3), np.uint8))

    for mark in CARD.pages[0].registration.marks:
        ring = CARD.pages[0].registration.mark_box(mark)
        left, top = round((ring.x - 1.4) * PX_PER_MM), round((ring.y - 1.4) * PX_PER_MM)
        right, bottom = round((ring.right + 1.4) * PX_PER_MM), round((ring.bottom + 1.4) * PX_PER_MM)
        for edge in (white[top, left:right], white[bottom, left:right], white[top:bottom, left]):
            assert edge.min() == 255


@pytest.mark.parametrize("title", ["W" * 80, "Zählerstand Größe", "Показания счётчика", "<b>&amp;"])
def test_titles_of_any_length_and_script_do_not_break_the_page(title):
    form = CARD.model_copy(update={"title": title})

    assert register(print_page(form), CARD).n_marks == 4


def test_the_same_form_gives_the_same_bytes():
    form = FormShelf([]).get("water-meter-card")

    assert print_form(form) == print_form(form)


def test_a_form_without_marks_is_not_printed():
    with pytest.raises(BadRequest, match="no corner marks"):
        print_form(SINGLE_DIGIT)
