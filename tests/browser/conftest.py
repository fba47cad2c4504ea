"""A real browser for the tests: Debian's Chromium, our own server, the real ledger."""

import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from formdigits.settings import Settings
from submit_ui.app import create_app
from submit_ui.secret_file import ensure_token
from tests.submit_ui.fakes import RecordingBroker

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


@pytest.fixture(scope="module")
def broker() -> RecordingBroker:
    return RecordingBroker()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, broker: RecordingBroker) -> Flask:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("data")), broker=broker)


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
def complaints() -> list[str]:
    """What the browser complains of; a test that expects a complaint takes it out."""
    return []


@pytest.fixture
def page(app, address, chromium, complaints) -> Iterator[Page]:
    """A page that was let in; what its scripts complain of fails the test."""
    context = chromium.new_context()
    page = context.new_page()
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/?token={ensure_token(app.extensions['formdigits'].settings)}")
    yield page
    context.close()
    assert not complaints
