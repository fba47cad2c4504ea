"""One walk through the pages with a real browser: Debian's Chromium, our own server, the real ledger."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect, sync_playwright
from werkzeug.serving import make_server

from formdigits.settings import Settings
from formdigits.shipped import shipped_folder
from submit_ui.app import create_app
from submit_ui.secret_file import ensure_token
from tests.browser.reader import HandReader
from tests.submit_ui.fakes import RecordingBroker, digit_png

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


SAMPLES = next(path.parent for path in shipped_folder("samples").rglob("page-01.jpg"))


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    """What stands in the fields of the first sample page."""
    found: dict[str, str] = json.loads((SAMPLES / "truth.json").read_text())["pages"]["page-01.jpg"]
    return found


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, truth: dict[str, str]) -> Iterator[Flask]:
    broker = RecordingBroker()
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data")), broker=broker)
    stop = Event()
    reader = Thread(target=HandReader(app.extensions["formdigits"], broker, truth).work_until, args=(stop,))
    reader.start()
    yield app
    stop.set()
    reader.join()


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(app, address, chromium) -> Iterator[Page]:
    """A page that was let in; what its scripts complain of fails the test."""
    context = chromium.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/?token={ensure_token(app.extensions['formdigits'].settings)}")
    yield page
    context.close()
    assert not complaints


def drag(page: Page, selector: str, *paths: Path) -> None:
    """Drag files or folders from the desktop, as the browser gets them from the window system."""
    box = page.locator(selector).bounding_box()
    assert box
    devtools = page.context.new_cdp_session(page)
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


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
