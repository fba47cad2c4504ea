"""One walk through the pages with a real browser."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from formdigits.shipped import shipped_folder
from submit_ui.failures import RETRY_AFTER_S
from tests.browser.reader import HandReader
from tests.documents import picture, scanned_pdf, text_pdf, zipped
from tests.submit_ui.fakes import RecordingBroker, digit_png

pytestmark = pytest.mark.browser

SAMPLES = next(path.parent for path in shipped_folder("samples").rglob("page-01.jpg"))


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    """What stands in the fields of the first sample page."""
    found: dict[str, str] = json.loads((SAMPLES / "truth.json").read_text())["pages"]["page-01.jpg"]
    return found


@pytest.fixture(scope="module", autouse=True)
def reader(app: Flask, broker: RecordingBroker, truth: dict[str, str]) -> Iterator[None]:
    """Somebody reads what is submitted."""
    stop = Event()
    reader = Thread(target=HandReader(app.extensions["formdigits"], broker, truth).work_until, args=(stop,))
    reader.start()
    yield
    stop.set()
    reader.join()


def drag(page: Page, selector: str, *paths: Path) -> None:
    """Drag files or folders from the desktop, as the browser gets them from the window system."""
    box = page.locator(selector).bounding_box()
    assert box
    devtools = page.context.new_cdp_session(page)
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def test_how_much_will_go_to_review_is_said_beside_the_form(app, page):
    app.extensions["formdigits"].models.seed()
    page.reload()

    page.select_option("#form", label=page.locator("#form option", has_text="water-meter").inner_text())
    lax = page.locator("#forecast tbody tr", has_text="meter_number").locator("td").nth(2)
    expect(page.locator("#forecast summary")).to_contain_text("will have a field to look at")
    before = float(lax.text_content())
    page.fill("#max-error", "1")
    page.press("#max-error", "Tab")

    expect(lax).not_to_have_text(f"{before:.0f}")
    assert float(lax.text_content()) > before


def test_a_page_dragged_onto_the_page_comes_back_as_its_digits(page, truth):
    drag(page, "#drop", SAMPLES / "page-01.jpg")
    expect(page.locator("#chosen")).to_contain_text("1 scan,")
    page.select_option("#form", label=page.locator("#form option", has_text="water-meter").inner_text())
    page.click("#go")

    expect(page.locator("h1 .state")).to_have_text("done")
    readings = page.locator(".fields .reading")
    expect(readings).to_have_count(len(truth))
    assert [readings.nth(at).get_attribute("aria-label") for at in range(readings.count())] == list(truth.values())
    first = page.locator(".fields .crop img").first
    page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=first.element_handle())


def test_a_folder_of_digit_images_becomes_a_grid_that_the_keyboard_walks_through(page, tmp_path):
    folder = tmp_path / "batch"
    folder.mkdir()
    for number in range(1, 13):
        (folder / f"digit-{number}.png").write_bytes(digit_png(number))
    (folder / "digit-5.png").write_bytes(b"no image")
    (folder / "notes.txt").write_text("left out")

    drag(page, "#drop", folder)
    expect(page.locator("#chosen")).to_contain_text("12 scans")
    page.select_option("#form", "single-digit@1")
    page.click("#go")

    expect(page.locator("h1 .state")).to_have_text("done")
    expect(page.locator(".tile.accepted")).to_have_count(11)
    expect(page.locator(".tile.failed")).to_have_count(1)
    assert page.locator(".tile").first.get_attribute("title").startswith("1 · batch/digit-1.png · accepted")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".tile").nth(1)).to_have_class("tile accepted chosen")
    page.keyboard.press("u")
    expect(page.locator(".tile.chosen")).to_have_class("tile failed chosen")
    page.get_by_role("link", name="Failed 1").click()
    expect(page.locator(".sheet.failed")).to_contain_text("unreadable file")


def test_a_job_that_ends_before_the_page_asks_for_the_first_time_shows_its_readings(page, app, tmp_path):
    (tmp_path / "one.png").write_bytes(digit_png())
    ledger = app.extensions["formdigits"].ledger

    def after_the_job_has_ended(route: Route) -> None:
        while ledger.jobs(limit=1)[0].state == "running":
            time.sleep(0.02)
        route.continue_()

    page.route("**/static/job.js", after_the_job_has_ended)
    drag(page, "#drop", tmp_path / "one.png")
    page.select_option("#form", "single-digit@1")
    page.click("#go")

    expect(page.locator(".tile.accepted")).to_have_count(1)


def test_a_large_job_is_submitted_in_parts(page, app, tmp_path, monkeypatch):
    monkeypatch.setattr("submit_ui.pages.submitting.PART_PAGES", 5)
    page.reload()
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1, 13):
        (folder / f"{number}.png").write_bytes(digit_png(number))

    drag(page, "#drop", folder)
    page.select_option("#form", "single-digit@1")
    page.click("#go")

    expect(page.locator("h1 .state")).to_have_text("done")
    expect(page.locator(".tile.accepted")).to_have_count(12)
    assert page.locator(".tile").last.get_attribute("title").startswith("12 · many/12.png")


def test_documents_become_their_pages_also_in_parts(page, tmp_path, monkeypatch):
    monkeypatch.setattr("submit_ui.pages.submitting.PART_DOCUMENTS", 1)
    page.reload()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.pdf").write_bytes(scanned_pdf([picture(), picture()]))
    (folder / "2.png").write_bytes(digit_png())
    (folder / "3.zip").write_bytes(zipped({"a.png": digit_png(), "notes.txt": b"no scan"}))
    (folder / "4.pdf").write_bytes(text_pdf(password="secret"))

    drag(page, "#drop", folder)
    expect(page.locator("#chosen")).to_contain_text("4 scans")
    page.select_option("#form", "single-digit@1")
    page.click("#go")

    expect(page.locator("h1 .state")).to_have_text("done")
    titles = [page.locator(".tile").nth(at).get_attribute("title").split(" · ")[1] for at in range(6)]
    assert titles == ["in/1.pdf p. 1", "in/1.pdf p. 2", "in/2.png", "in/3.zip/a.png", "in/3.zip/notes.txt", "in/4.pdf"]
    expect(page.locator(".tile.failed")).to_have_count(2)


def test_a_page_that_has_to_wait_says_what_for_and_submits_by_itself(
    page, app, broker, complaints, tmp_path, monkeypatch
):
    monkeypatch.setitem(RETRY_AFTER_S, 503, 1)
    (tmp_path / "one.png").write_bytes(digit_png())
    intake = app.extensions["formdigits"].intake
    broker.down = True
    intake.look()

    drag(page, "#drop", tmp_path / "one.png")
    page.select_option("#form", "single-digit@1")
    page.click("#go")
    expect(page.locator("#chosen")).to_contain_text("the broker does not answer; trying again in 1 s")
    broker.down = False
    intake.look()

    expect(page.locator("h1 .state")).to_have_text("done")
    assert all("503" in complaint for complaint in complaints)
    complaints.clear()
