import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from formdigits.settings import Settings
from submit_ui.callers import sha256_of
from submit_ui.secret_file import ensure_secret, ensure_token
from submit_ui.security import trusted_hosts
from tests.submit_ui.conftest import Browser

ASKED = ("GET", "/api/v1/jobs"), ("POST", "/api/v1/jobs"), ("POST", "/api/v1/scans"), ("GET", "/api/v1/nothing-here")


def test_the_token_is_made_once_and_only_its_owner_can_read_it(settings):
    token = ensure_token(settings)

    assert len(token) > 40
    assert ensure_token(settings) == token
    assert stat.S_IMODE((settings.data / "token").stat().st_mode) == 0o600


def test_programs_that_start_together_agree_on_the_secret(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(ensure_secret, [tmp_path / "new" / "secret"] * 8))

    assert len(secrets) == 1
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [".secret.lock", "secret"]


def test_a_token_in_the_settings_goes_before_the_one_in_the_folder(tmp_path):
    assert ensure_token(Settings(data_dir=tmp_path, token="mine")) == "mine"


@pytest.mark.parametrize(("method", "address"), ASKED)
def test_a_wrong_token_is_answered_as_a_missing_one_is(app, method, address):
    client = app.test_client()

    missing = client.open(address, method=method)
    wrong = client.open(address, method=method, headers={"Authorization": "Bearer wrong"})
    other_scheme = client.open(address, method=method, headers={"Authorization": "Basic d3Jvbmc="})

    assert missing.status_code == wrong.status_code == other_scheme.status_code == 401
    assert missing.json == wrong.json == other_scheme.json
    assert missing.json["error"]["code"] == "not_authorised"
    assert missing.headers["WWW-Authenticate"] == "Bearer"


def test_the_api_never_takes_a_cookie(browser):
    assert browser.client.get("/api/v1/jobs").status_code == 401


def test_the_token_in_the_address_lets_a_browser_in_and_leaves_the_address_bar(app, token):
    client = app.test_client()

    answer = client.get(f"/jobs?token={token}")

    assert answer.status_code == 302
    assert answer.location == "/jobs"
    assert client.get("/jobs").status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app, token):
    cookie = app.test_client().get(f"/?token={token}").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in cookie


def test_a_browser_without_token_is_asked_for_it_and_then_sent_where_it_wanted_to_go(app, token):
    stranger = Browser(app.test_client())

    asked = stranger.client.get("/models")
    wrong = log_in(stranger, "wrong", "/models")
    right = log_in(stranger, f" {token} ", "/models")

    assert asked.location == "/login?to=/models"
    assert wrong.status_code == 401
    assert right.location == "/models"


@pytest.mark.parametrize("to", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_the_login_leads_to_no_other_host(app, token, to):
    stranger = Browser(app.test_client())

    answer = log_in(stranger, token, to)

    assert answer.location == "/"


def test_a_new_token_ends_the_sessions_of_the_old_one(app, browser):
    app.config["OPERATOR_SHA256"] = sha256_of("another")

    assert browser.client.get("/jobs").status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/jobs/x/cancel",
        "/jobs/x/purge",
        "/models/x/promote",
        "/models/roll-back",
        "/retrains",
        "/login",
        "/xhr/jobs",
        "/xhr/scans",
    ],
)
def test_every_post_of_a_page_needs_its_csrf_token(browser, address):
    answer = browser.client.post(address)

    assert answer.status_code == 403
    assert "CSRF" in answer.text


def test_a_script_of_our_page_is_let_in_by_session_and_csrf_token(browser):
    headers = {"X-CSRFToken": browser.csrf_token()}

    answer = browser.client.post("/xhr/jobs", json={"form": "no-such-form", "paths": ["/x"]}, headers=headers)

    assert answer.json["error"]["code"] == "unknown_form"


def test_every_answer_carries_the_headers_that_keep_foreign_pages_out(browser):
    for address in ("/", "/static/style.css", "/no/such/page", "/api/v1/health"):
        with browser.client.get(address) as answer:
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_foreign_host_name_is_refused(app, token):
    answer = app.test_client().get("/api/v1/jobs", headers={"Host": "evil.example", "Authorization": f"Bearer {token}"})

    assert answer.status_code == 400
    assert "host name" in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:8765"])
def test_this_machine_is_answered_by_any_of_its_names(app, host):
    assert app.test_client().get("/api/v1/health", headers={"Host": host}).status_code == 200


def test_trusted_hosts_of_the_settings_replace_this_machines(tmp_path):
    assert trusted_hosts(Settings(data_dir=tmp_path, trusted_hosts="digits.example, scans.example")) == [
        "digits.example",
        "scans.example",
    ]


@pytest.mark.parametrize("endpoint", ["scans", "jobs", "retrains"])
def test_a_body_of_10_gb_is_refused_before_it_is_read(app, token, endpoint):
    request = (
        f"POST /api/v1/{endpoint} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {10**10}\r\n\r\n--x\r\n"
    )

    started = time.monotonic()
    answer = talk(app, request)

    assert answer.startswith("HTTP/1.1 413 ")
    assert "too_large" in answer
    assert time.monotonic() - started < 2


def test_a_body_without_a_length_is_cut_off_at_the_limit(app, token):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    environ = EnvironBuilder("/api/v1/scans", method="POST", headers=headers).get_environ()
    del environ["CONTENT_LENGTH"]
    environ.update({"wsgi.input": EndlessFile(), "wsgi.input_terminated": True})

    _, status, _ = run_wsgi_app(app, environ)

    assert status.startswith("413 ")


def log_in(browser: Browser, token: str, to: str) -> TestResponse:
    data = {"token": token, "to": to, "csrf_token": browser.csrf_token("/login")}
    return browser.client.post("/login", data=data)


class EndlessFile:
    def __init__(self) -> None:
        self.begin = b'--x\r\nContent-Disposition: form-data; name="scan"; filename="a.png"\r\n\r\n'

    def read(self, size: int = -1) -> bytes:
        begin, self.begin = self.begin, b""
        return begin or b"x" * (size if size > 0 else 65_536)

    readline = read


def talk(app: Flask, request: str) -> str:
    """Send a request over a real socket and read the answer until the server hangs up."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(request.encode())
            answer = b""
            while piece := connection.recv(65_536):
                answer += piece
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return answer.decode()
