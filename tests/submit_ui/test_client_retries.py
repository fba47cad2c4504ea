"""The client against a real server that drops connections and asks it to come back later."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from formdigits.errors import BrokerUnavailable, QuotaExceeded, ServerUnreachable
from submit_ui.client import SubmitClient
from tests.submit_ui.fakes import digit_png

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Follows a script: one answer a request, and a good one when the script is over."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = self.path.removeprefix("/api/v1/")
        self.server.asked.append((path, self.headers.get("Idempotency-Key"), self.body))
        (self.server.script.pop(0) if self.server.script else good)(self)

    def say(self, status: int, body: dict[str, object], **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """The test says what went wrong."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.asked: list[tuple[str, str | None, bytes]] = []

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


def good(handler: Handler) -> None:
    is_open = handler.path.endswith("/jobs") and json.loads(handler.body).get("open")
    handler.say(202, {"id": "j1", "state": "open" if is_open else "running", "n_pages": 0})


def drop(handler: Handler) -> None:
    """Hang up without an answer."""
    handler.close_connection = True


def cut_short(handler: Handler) -> None:
    """Hang up in the middle of the answer."""
    handler.wfile.write(b'HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n{"id": "j')
    handler.close_connection = True


def refuse(status: int, code: str, after_s: str) -> Answer:
    error = {"error": {"code": code, "message": "the broker is down"}}
    return lambda handler: handler.say(status, error, Retry_After=after_s)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long the client slept, without sleeping."""
    found: list[float] = []
    monkeypatch.setattr("submit_ui.connection.sleep", found.append)
    return found


@pytest.fixture
def client(server, tmp_path, pauses) -> Iterator[SubmitClient]:
    with SubmitClient(f"http://127.0.0.1:{server.server_port}", "t", scan_roots=[tmp_path]) as client:
        yield client


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """A folder of five scans that go in parts of two."""
    monkeypatch.setattr("submit_ui.client.submitting.PART_PAGES", 2)
    for number in range(1, 6):
        (tmp_path / f"{number}.png").write_bytes(digit_png(number))
    return tmp_path


def test_a_dropped_connection_is_tried_again_with_the_same_key(server, client, scans):
    server.script = [drop, cut_short]

    job_id = client.submit([scans / "1.png"])

    assert job_id == "j1"
    assert server.paths() == ["jobs", "jobs", "jobs"]
    [key] = {key for _, key, _ in server.asked}
    assert len(key) == 32


def test_a_part_whose_answer_was_lost_is_sent_again_and_no_part_is_left_out(server, client, scans):
    server.script = [good, drop, good, good, cut_short]

    client.submit([scans])

    parts = [json.loads(body) for path, _, body in server.asked if path == "jobs/j1/pages"]
    assert [part["first"] for part in parts] == [1, 1, 3, 5, 5]
    assert [len(part["paths"]) for part in parts] == [2, 2, 2, 1, 1]
    assert server.paths()[-1] == "jobs/j1/start"


def test_a_server_that_asks_to_come_back_is_asked_again_after_that_time_and_it_is_said(server, client, scans, pauses):
    server.script = [refuse(503, "broker_unavailable", "5")] * 3
    said = []
    client.tell_waits(said.append)

    client.submit([scans / "1.png"])

    assert pauses == [5, 5, 5]
    assert said == ["the broker is down; trying again in 5 s"] * 3


@pytest.mark.parametrize(("status", "kind"), [(503, BrokerUnavailable), (429, QuotaExceeded)])
def test_patience_has_an_end_and_the_error_is_the_server_s(server, client, scans, monkeypatch, status, kind):
    monkeypatch.setattr("submit_ui.client.submitting.PATIENCE_S", 7.0)
    server.script = [refuse(status, kind.code, "8")] * 9

    with pytest.raises(kind, match="the broker is down"):
        client.submit([scans / "1.png"])

    assert len(server.asked) <= 3


def test_a_job_that_breaks_off_is_cancelled(server, client, scans, monkeypatch):
    monkeypatch.setattr("submit_ui.client.submitting.PATIENCE_S", 0.0)
    server.script = [good, good, *[refuse(429, "quota_exceeded", "9")] * 3]

    with pytest.raises(QuotaExceeded):
        client.submit([scans])

    assert server.paths()[-1] == "jobs/j1/cancel"


def test_a_job_with_a_key_of_its_own_goes_on_where_it_broke_off(server, client, scans):
    server.script = [good, good, *[refuse(422, "bad_request", "")]]
    with pytest.raises(Exception, match="the broker is down"):
        client.submit([scans], key="mine")
    n_before = len(server.asked)
    server.script = [lambda handler: handler.say(202, {"id": "j1", "state": "open", "n_pages": 2})]

    client.submit([scans], key="mine")

    assert "jobs/j1/cancel" not in server.paths()
    parts = [json.loads(body) for path, _, body in server.asked[n_before:] if path == "jobs/j1/pages"]
    assert [part["first"] for part in parts] == [3, 5]
    assert {key for path, key, _ in server.asked if path == "jobs"} == {"mine"}


def test_a_key_whose_job_is_complete_sends_nothing_more(server, client, scans):
    server.script = [lambda handler: handler.say(202, {"id": "j1", "state": "done", "n_pages": 5})]

    assert client.submit([scans], key="mine") == "j1"

    assert server.paths() == ["jobs"]


def test_uploads_go_in_parts_too(server, client, scans, monkeypatch):
    uploads = []

    def keep(handler: Handler) -> None:
        names = [f"n{len(uploads) + at}" for at in range(handler.body.count(b"filename="))]
        uploads.extend(names)
        handler.say(201, {"scans": [{"id": name, "name": name} for name in names]})

    server.script = [good, keep, good, drop, keep, good, keep, good, good]

    client.submit([scans], by_path=False)

    parts = [json.loads(body)["scans"] for path, _, body in server.asked if path == "jobs/j1/pages"]
    assert [scan["id"] for part in parts for scan in part] == uploads
    assert len(uploads) == 5


def test_waiting_for_a_job_outlives_a_server_that_is_started_again(server, client, pauses):
    done = {"id": "j1", "state": "done", "n_pages": 4, "n_read": 4, "n_failed": 0}
    server.script = [
        lambda handler: handler.say(200, {"id": "j1", "state": "running", "n_pages": 4, "n_read": 1, "n_failed": 0}),
        drop,
        refuse(503, "server_unreachable", "5"),
        lambda handler: handler.say(200, done),
    ]

    assert client.wait("j1") == done


def test_many_jobs_are_waited_for_together(server, client):
    def answer(**states: str) -> Answer:
        return lambda handler: handler.say(200, {"jobs": [{"id": j, "state": s} for j, s in states.items()]})

    server.script = [answer(a="done", b="running", c="paused"), answer(b="done", c="running"), answer(c="cancelled")]
    seen = []

    jobs = client.wait_all(["c", "a", "b"], on_progress=lambda ended, of: seen.append((ended, of)))

    assert [(job["id"], job["state"]) for job in jobs] == [("c", "cancelled"), ("a", "done"), ("b", "done")]
    assert server.paths() == ["jobs?ids=c,a,b", "jobs?ids=c,b", "jobs?ids=c"]
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_must_not_happen_twice_is_asked_once(server, client):
    server.script = [drop]

    with pytest.raises(ServerUnreachable):
        client.add_token("archive")

    assert server.paths() == ["tokens"]
