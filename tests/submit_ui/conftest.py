import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import structlog
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from formdigits.ledger import Ledger, open_ledger
from formdigits.settings import Settings
from submit_ui.app import create_app
from submit_ui.cli import main
from submit_ui.client import SubmitClient
from submit_ui.secret_file import ensure_token
from tests.submit_ui.fakes import BellAtOnce, RecordingBroker


@pytest.fixture(autouse=True)
def logs_go_to_the_logger() -> Iterator[None]:
    """As in the page, where they do not stand between what a command prints."""
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", scan_roots=str(tmp_path / "scans"), max_upload_bytes=3_000_000)


@pytest.fixture
def token(settings: Settings) -> str:
    return ensure_token(settings)


@pytest.fixture
def broker() -> RecordingBroker:
    return RecordingBroker()


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with its tables and nothing in them: copying it is quicker than making one for every test."""
    made, copy = (tmp_path_factory.mktemp("ledger") / name for name in ("made.db", "copy.db"))
    open_ledger(f"sqlite:///{made}")
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    return copy


@pytest.fixture
def app(settings: Settings, broker: RecordingBroker, empty_ledger: Path) -> Flask:
    settings.data.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty_ledger, settings.data / "ledger.db")
    app = create_app(settings, broker=broker)
    parts = app.extensions["formdigits"]
    parts.bell = BellAtOnce(parts.send_next)
    return app


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    found: Ledger = app.extensions["formdigits"].ledger
    return found


@pytest.fixture
def api(app: Flask, token: str) -> FlaskClient:
    """A script with the token."""
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def submit_client(app: Flask, token: str, tmp_path: Path) -> Iterator[SubmitClient]:
    transport = httpx.WSGITransport(app)
    with SubmitClient("http://localhost", token, scan_roots=[tmp_path / "scans"], transport=transport) as client:
        yield client


class Browser:
    """A person's browser, as far as tests need one."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def read(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def csrf_token(self, address: str = "/") -> str:
        [token] = re.findall(r'name="csrf-token" content="([^"]+)"', self.read(address))
        return str(token)


@pytest.fixture
def browser(app: Flask, token: str) -> Browser:
    """A browser that was let in."""
    browser = Browser(app.test_client())
    browser.client.get(f"/?token={token}")
    return browser


class Shell:
    """Runs the command in this process, against the page of the test."""

    def run(self, *words: object, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == exit_code, result.output
        return result


@pytest.fixture
def shell(app: Flask, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    def connect(*_: object) -> SubmitClient:
        return SubmitClient(
            "http://localhost", token, scan_roots=[tmp_path / "scans"], transport=httpx.WSGITransport(app)
        )

    monkeypatch.setattr("submit_ui.client.connect", connect)
    return Shell()
