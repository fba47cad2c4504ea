"""Drawing a form, and showing where the paper lies, with a real mouse."""

import re
from io import BytesIO

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from formdigits.ledger import NewPage
from tests.submit_ui.fakes import a_failure, a_field, a_page, work_off

pytestmark = pytest.mark.browser

TO_SCREEN = """([id, x, y]) => {
    const at = new DOMPoint(x, y).matrixTransform(document.getElementById(id).getScreenCTM());
    return [at.x, at.y];
}"""


@pytest.fixture
def parts(app):
    return app.extensions["formdigits"]


@pytest.fixture
def blank_form(tmp_path):
    """An A4 page with a few words, as a picture."""
    page = np.full((594, 420), 255, np.uint8)
    cv2.putText(page, "Reading", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, (0,), 2)
    path = tmp_path / "blank.png"
    path.write_bytes(cv2.imencode(".png", page)[1].tobytes())
    return path


def drag(page: Page, picture: str, begin, end) -> None:
    """Drag from one point of an SVG to another, in its own units."""
    for x, y, act in ((*begin, page.mouse.down), (*end, page.mouse.up)):
        page.mouse.move(*page.evaluate(TO_SCREEN, [picture, x, y]))
        act()


def pull_out(page: Page, by_mm: float) -> None:
    """Drag the handle of a row along it."""
    handle = page.locator(".grip.count").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    (left, _), (right, _) = (page.evaluate(TO_SCREEN, ["canvas", x_mm, 0]) for x_mm in (0, by_mm))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right - left, y)
    page.mouse.up()


def test_a_form_is_drawn_named_mended_and_saved(page, address, parts, blank_form):
    page.goto(f"{address}/forms/edit")
    page.set_input_files("#picture", blank_form)
    expect(page.locator("#canvas image")).to_have_attribute("href", re.compile("^data:image/png"))

    page.get_by_role("button", name="Boxes", exact=True).click()
    drag(page, "canvas", (24, 40), (30, 48))
    page.locator("#field-name").fill("Reading")
    page.keyboard.press("Tab")
    expect(page.locator("#field-complaints")).to_contain_text("name")
    page.locator("#field-name").fill("reading")
    page.keyboard.press("Tab")
    pull_out(page, by_mm=24)
    page.locator("#canvas .drawn").press("ArrowRight")
    expect(page.locator("#verdict")).to_have_text("Everything is right.")
    page.get_by_role("button", name="Save this version").click()
    expect(page.locator("#said")).to_contain_text("my-form@1 is saved")

    form = parts.forms.get("my-form@1")
    assert [field.name for field in form.fields] == ["reading"]
    assert form.fields[0].cells[0] == (24.5, 40, 6, 8)
    assert len(form.fields[0].cells) == 4
    assert parts.forms.reference("my-form@1", 1).shape == (594, 420)


def grab(page: Page, what: str, by_mm) -> None:
    """Drag something of the drawing, named by its selector, so far."""
    place = page.locator(what).bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    (x0, y0), (x1, y1) = (page.evaluate(TO_SCREEN, ["canvas", *point]) for point in ((0, 0), by_mm))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + x1 - x0, y + y1 - y0)
    page.mouse.up()


def test_marks_code_and_boxes_that_stand_by_themselves_are_moved_and_resized(page, address, parts):
    page.goto(f"{address}/forms/edit")
    page.set_viewport_size({"width": 1400, "height": 1500})
    page.locator("#id, [data-path=id]").fill("loose-form")
    page.get_by_role("button", name="Put corner marks and a code").first.click()
    first_mark = '[aria-label="Corner mark 0"]'
    grab(page, first_mark, (6, 4))
    page.locator(first_mark).press("ArrowRight")
    page.locator(first_mark).press("Alt+ArrowDown")
    grab(page, '[aria-label="Code"]', (-30, 2))
    page.get_by_role("button", name="Marks", exact=True).click()
    drag(page, "canvas", (40, 100), (46, 106))
    pull_out(page, by_mm=16)
    page.get_by_role("button", name="Place each box by itself").click()
    boxes = page.locator(".drawn.selected rect")
    expect(boxes).to_have_count(3)
    boxes.nth(1).click()
    expect(boxes.nth(1)).to_have_class("cell-on-paper held")
    grab(page, ".drawn.selected .held", (0, 40))
    grab(page, ".grip.resize", (3, 1))
    page.locator(".drawn.selected").press("ArrowLeft")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#verdict")).to_have_text("Everything is right.")
    page.get_by_role("button", name="Save this version").click()
    expect(page.locator("#said")).to_contain_text("loose-form@1 is saved")

    form = parts.forms.get("loose-form@1")
    registration = form.pages[0].registration
    assert [mark.at for mark in registration.marks][:2] == [(20.5, 18), (196, 14)]
    assert registration.mark_mm == 10.5
    assert form.pages[0].identity.region == (134, 26, 24, 24)
    assert form.fields[0].cells == ((40, 99.5, 6, 6), (47.5, 139.5, 9, 7), (56, 99.5, 6, 6))
    assert form.fields[0].values == ("1", "2", "3")


def test_the_corners_of_a_failed_page_are_dragged_to_the_paper_and_it_is_read_again(page, address, parts, broker):
    scan = cv2.imencode(".png", np.full((600, 500), 200, np.uint8))[1].tobytes()
    pages = [NewPage(parts.scans.save(BytesIO(scan)), "scan.png")]
    job_id = parts.ledger.add_job(form="water-meter-card@1", pages=pages, max_error=0.01, chunk_size=4)
    broker.read += parts.ledger.hand_out(window=4)
    work_off(parts.ledger, broker, {1: a_failure()})

    page.goto(f"{address}/jobs/{job_id}")
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.get_by_role("link", name="Place the corners").click()
    expect(page.locator(".handle")).to_have_count(4)
    drag(page, "scan", (0, 0), (60, 50))
    drag(page, "scan", (500, 600), (450, 580))
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Read the page again").click()
    expect(page.locator("#where")).to_contain_text("waits for its turn")
    [message] = broker.read or parts.ledger.hand_out(window=4)
    broker.read[:] = [message]
    work_off(parts.ledger, broker, {1: a_page(a_field("reading", "000142"), form="water-meter-card@1")})

    expect(page.locator("h1 .state")).to_have_text("read")
    expect(page.locator(".reading").first).to_have_attribute("aria-label", "000142")
    corners = message.chunks[0].pages[0].corners_px
    np.testing.assert_allclose(corners, [(60, 50), (500, 0), (449, 580), (0, 600)], atol=2)
