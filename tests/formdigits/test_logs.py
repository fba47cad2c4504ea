"""Log lines: one event each, with its ids, and no secret."""

import io
import json
import logging

import pytest
import structlog

from formdigits.logs import WORDY, configure_logs, scrub


@pytest.fixture
def lines(monkeypatch):
    """What is logged, as a file gets it; logging is left as it was."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    levels = {name: logging.getLogger(name).level for name in WORDY}
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    configure_logs()
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def connect(url):
    raise ConnectionError(f"{url} does not answer")


@pytest.mark.parametrize(
    "secret",
    [
        "redis://:hunter2@broker:6379/0",
        "postgresql+psycopg://formdigits:hunter2@database/formdigits",
        "postgresql://formdigits:p@hunter2@database/formdigits",
        "sentinel://:hunter2@a:26379;sentinel://:hunter2@b:26379",
        "postgresql://database/formdigits?user=me&password=hunter2&sslmode=require",
        "Authorization: Bearer hunter2",
        "{'Authorization': 'Bearer hunter2'}",
        "http://127.0.0.1:8765/?token=hunter2",
        '{"token": "hunter2", "n": 1}',
        r'{"event": "{\"password\": \"hunter2\"}"}',
        "{'sentinel_kwargs': {'password': 'hunter2'}}",
    ],
)
def test_a_secret_is_hidden_and_the_rest_of_the_line_stays(secret):
    scrubbed = scrub(f"before {secret} after")

    assert "hunter2" not in scrubbed
    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")


@pytest.mark.parametrize(
    "line",
    [
        "redis://broker:6379/0 answers",
        "http://127.0.0.1:8765/jobs, ask me@example.test",
        "the token is missing or wrong",
        '{"event": "chunk read", "job_id": "7c1e0a3b9d52", "chunk_ids": [1, 2], "page_number": 3}',
        '{"token": null, "secret": true, "password": 7}',
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(line):
    assert scrub(line) == line


def test_an_event_is_one_line_of_json_with_its_ids(lines):
    log = structlog.get_logger("tests")

    with structlog.contextvars.bound_contextvars(job_id="7c1e0a3b9d52", chunk_ids=[4, 5]):
        log.warning("page failed", page_number=3)
        logging.getLogger("library").warning("told by %s", "a library")

    ours, theirs = lines()
    assert (ours["event"], ours["level"], ours["page_number"]) == ("page failed", "warning", 3)
    assert ours["timestamp"].endswith("Z")
    assert theirs["event"] == "told by a library"
    assert all((line["job_id"], line["chunk_ids"]) == ("7c1e0a3b9d52", [4, 5]) for line in (ours, theirs))


def test_no_secret_reaches_the_log_whoever_logs_it_and_however_deep_it_sits(lines):
    url = "redis://:hunter2@broker/0"

    structlog.get_logger("tests").info("connected", to={"broker": [url]})
    logging.getLogger("library").warning("connected to %s with %r", url, {"password": "hunter2"})
    try:
        connect(url)
    except ConnectionError:
        structlog.get_logger("tests").exception("broken off")

    assert "hunter2" not in json.dumps(lines())
    assert lines()[0]["to"] == {"broker": ["redis://:***@broker/0"]}
    assert "redis://:***@broker/0 does not answer" in lines()[2]["exception"]


def test_celery_s_own_lines_for_every_message_are_left_out_and_its_errors_are_not(lines):
    celery = logging.getLogger("celery.app.trace")

    celery.info("Task worker.read_pages[c998d12d] succeeded in 0.2 s")
    celery.error("Task worker.read_pages[c998d12d] raised unexpected: ValueError()")

    assert [line["level"] for line in lines()] == ["error"]


def test_a_terminal_gets_its_lines_scrubbed_as_well(lines, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    configure_logs()

    try:
        connect("redis://:hunter2@broker/0")
    except ConnectionError:
        structlog.get_logger("tests").exception("broken off", token="hunter2")

    assert "broken off" in terminal.getvalue()
    assert "hunter2" not in terminal.getvalue()
