"""Sheets of forms: several pages, several forms in one job, every kind of field."""

from functools import cache

import cv2
import numpy as np
import pypdfium2
import pytest

from formdigits.form_template import AUTO, FormTemplate, parse_form
from formdigits.messages import Chunk, PageRef
from formdigits.readings import Outcome, PageReading
from samples.scanner import simulate
from submit_ui.form_print import Serials, print_form
from tests.drawing import CARD, PX_PER_MM, draw_seven, draw_stroke, print_page
from tests.fakes import FakeClassifier, FakeScans
from worker.reading import read_chunks

MARKS = "[{id: 0, at: [12, 12]}, {id: 1, at: [136, 12]}, {id: 2, at: [136, 93]}, {id: 3, at: [12, 93]}]"
SHEET_YAML = f"""\
format: forms/1
id: sheet
version: 1
title: A sheet with two sides
pages:
  - size: {{width: 148, height: 105}}
    registration: {{method: aruco, marks: {MARKS}}}
    identity: {{kind: qr, region: [104, 24, 22, 22]}}
  - size: {{width: 148, height: 105}}
    registration: {{method: aruco, marks: {MARKS}}}
    identity: {{kind: qr, region: [104, 24, 22, 22]}}
fields:
  - {{name: account, boxes: {{origin: [24, 30], size: [8, 10], pitch: 9.5, count: 4}}}}
  - {{name: paid, kind: mark, values: ["yes", "no"], boxes: {{origin: [24, 60], size: [6, 6], pitch: 16, count: 2}}}}
  - {{name: signature, kind: image, area: [70, 58, 50, 16]}}
  - {{name: total, page: 2, area: [24, 40, 60, 16], length: [1, 4]}}
  - {{name: part, page: 2, boxes: {{origin: [24, 70], size: [8, 10], pitch: 9.5, count: 2}}}}
rules:
  - {{id: parts, expr: "part <= total"}}
"""
SHEET = parse_form(SHEET_YAML, "sheet.yaml")


class Shelf:
    """Two forms, and nothing beside them."""

    def get(self, name_or_ref: str) -> FormTemplate:
        return {form.ref: form for form in (CARD, SHEET)}[name_or_ref]

    def reference(self, ref, page_number):
        return None

    def roster(self, ref, file):
        raise AssertionError(ref)


@cache
def printed(number: int) -> np.ndarray:
    document = pypdfium2.PdfDocument(print_form(SHEET, Serials(7, 7)))
    page = document[number - 1].render(scale=PX_PER_MM * 25.4 / 72, grayscale=True).to_numpy()
    document.close()
    return page.reshape(page.shape[:2])


def side(number: int) -> np.ndarray:
    return printed(number).copy()


def png(page):
    return cv2.imencode(".png", page)[1].tobytes()


def read(pages, form=SHEET.ref, classifier=None, corners_px=None):
    """Read pages, which are given by name, as one chunk; the results by name."""
    paths = [f"/{name}.png" for name in pages]
    refs = tuple(PageRef(number=n, path=path, corners_px=corners_px) for n, path in enumerate(paths, start=1))
    chunk = Chunk(job_id="j", chunk_id=1, form=form, max_error=0.01, pages=refs)
    scans = FakeScans({path: png(page) for path, page in zip(paths, pages.values(), strict=True)})
    results = read_chunks([chunk], forms=Shelf(), scans=scans, classifier=classifier or FakeClassifier())[1]
    return dict(zip(pages, results.values(), strict=True))


def by_name(reading: PageReading) -> dict:
    return {field.name: field for field in reading.fields}


def test_the_code_says_which_side_of_a_sheet_a_page_is_and_which_copy():
    results = read({"back": side(2), "front": side(1)})

    assert [(one.page, one.serial) for one in results.values()] == [(2, "000007"), (1, "000007")]
    assert list(by_name(results["front"])) == ["account", "paid", "signature"]
    assert list(by_name(results["back"])) == ["total", "part"]


def test_a_sheet_put_in_sideways_is_read():
    page = simulate(side(2), np.random.default_rng(2), turn_deg=90)

    assert read({"back": page})["back"].page == 2


def test_every_kind_of_field_is_read_in_one_batch():
    front, back = side(1), side(2)
    for cell in SHEET.fields[0].cells:
        draw_seven(front, cell)
    box = SHEET.fields[1].cells[0]
    draw_stroke(front, (box.x + 1, box.y + 1), (box.right - 1, box.bottom - 1))
    draw_stroke(front, (box.right - 1, box.y + 1), (box.x + 1, box.bottom - 1))
    for left in (30, 42, 54):
        draw_seven(back, SHEET.fields[3].box._replace(x=left, y=42, width=8, height=12))
    draw_seven(back, SHEET.fields[4].cells[0])
    classifier = FakeClassifier()

    results = read({"front": front, "back": back}, classifier=classifier)

    first, second = by_name(results["front"]), by_name(results["back"])
    assert (first["account"].text, first["account"].outcome) == ("7777", Outcome.ACCEPTED)
    assert (first["paid"].kind, first["paid"].text) == ("mark", "yes")
    assert (first["signature"].kind, first["signature"].text, first["signature"].cells) == ("image", "", ())
    assert second["total"].text == "777"
    assert second["part"].text == "7_"
    assert len(classifier.batch_sizes) == 1


def test_fields_that_do_not_agree_go_to_review_together():
    back = side(2)
    draw_seven(back, SHEET.fields[3].box._replace(x=30, y=42, width=8, height=12))
    for cell in SHEET.fields[4].cells:
        draw_seven(back, cell)

    fields = by_name(read({"back": back})["back"])

    assert (fields["total"].text, fields["part"].text) == ("7", "77")
    assert {field.outcome for field in fields.values()} == {Outcome.REVIEW}
    assert "parts" in {doubt.code for doubt in fields["part"].doubts}


def test_pages_of_several_forms_in_one_job_are_told_apart_by_their_codes():
    upside_down = np.ascontiguousarray(print_page()[::-1, ::-1])

    results = read({"card": upside_down, "back": side(2)}, form=AUTO)

    assert [(one.form, one.page) for one in results.values()] == [("test-card@1", 1), ("sheet@1", 2)]


def test_a_page_without_a_readable_code_is_unknown_among_several_forms_and_a_blank_one_is_blank():
    covered = print_page()
    covered[round(20 * PX_PER_MM) : round(50 * PX_PER_MM), round(100 * PX_PER_MM) : round(130 * PX_PER_MM)] = 255

    results = read({"covered": covered, "blank": np.full((800, 1100), 245, np.uint8), "card": print_page()}, form=AUTO)

    assert results["covered"].code == "page_unknown"
    assert results["blank"].code == "blank_page"
    assert isinstance(results["card"], PageReading)


def test_two_sheets_on_one_scan_are_not_guessed_at():
    both = np.vstack([side(1), side(2)])

    assert read({"both": both}, form=AUTO)["both"].code == "page_unknown"


def test_a_page_of_another_form_is_named_among_those_of_one_form():
    assert read({"card": print_page()})["card"].code == "wrong_form"


def test_a_form_that_nobody_knows_ends_its_page_by_that_name():
    class Empty(Shelf):
        def get(self, name_or_ref):
            from formdigits.errors import UnknownForm

            raise UnknownForm(f"there is no form template {name_or_ref!r}")

    chunk = Chunk(job_id="j", chunk_id=1, form=AUTO, max_error=0.01, pages=(PageRef(number=1, path="/a.png"),))

    [result] = read_chunks(
        [chunk], forms=Empty(), scans=FakeScans({"/a.png": png(print_page())}), classifier=FakeClassifier()
    )[1].values()

    assert result.code == "unknown_form"


def test_corners_that_a_person_placed_stand_for_marks_that_are_not_found():
    page = print_page()
    draw_seven(page, CARD.fields[0].cells[1])
    for mark in CARD.pages[0].registration.marks:
        box = CARD.pages[0].registration.mark_box(mark)
        draw_stroke(page, (box.x, box.y), (box.right, box.bottom), pen_mm=8)
    turned = np.ascontiguousarray(np.rot90(page))
    height, width = turned.shape
    corners = ((0.0, float(height)), (0.0, 0.0), (float(width), 0.0), (float(width), float(height)))

    alone = read({"card": turned}, form=CARD.ref)["card"]
    placed = read({"card": turned}, form=CARD.ref, corners_px=corners)["card"]

    assert alone.code == "no_marks"
    assert by_name(placed)["reading"].text == "_7__"
    assert placed.residual_mm is None


@pytest.mark.parametrize("order", [(0, 3, 2, 1), (0, 2, 1, 3)], ids=["in a mirror", "crossed over"])
def test_corners_of_no_sheet_are_refused(order):
    height, width = print_page().shape
    corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))

    result = read({"card": print_page()}, form=CARD.ref, corners_px=tuple(corners[i] for i in order))["card"]

    assert result.code == "registration_residual"


def test_an_image_that_is_the_paper_may_hold_several_cells():
    strip = parse_form(
        "{format: forms/1, id: strip, version: 1, title: S, size: {width: 40, height: 12},"
        " fields: [{name: code, boxes: {origin: [1, 1], size: [8, 10], pitch: 9.5, count: 4}}]}",
        "strip.yaml",
    )
    image = np.full((120, 400), 250, np.uint8)
    for number in (0, 2):
        left = 10 + 95 * number
        seven = np.array([(left + 20, 30), (left + 60, 30), (left + 30, 90)])
        cv2.polylines(image, [seven], isClosed=False, color=(30,), thickness=7)

    class Strips(Shelf):
        def get(self, name_or_ref):
            return strip

    pages = tuple(PageRef(number=n, path=path) for n, path in enumerate(("/a.png", "/wide.png"), start=1))
    chunk = Chunk(job_id="j", chunk_id=1, form=strip.ref, max_error=0.01, pages=pages)
    scans = FakeScans({"/a.png": png(image), "/wide.png": png(np.ascontiguousarray(image.T))})

    results = read_chunks([chunk], forms=Strips(), scans=scans, classifier=FakeClassifier())[1]

    assert results[1].fields[0].text == "7_7_"
    assert results[1].residual_mm is None
    assert results[2].code == "registration_residual"
