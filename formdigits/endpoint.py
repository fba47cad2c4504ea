"""`/metrics`, `/live` and `/ready` of a program that has no page, on a port of its own."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

import structlog
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from formdigits.errors import FormdigitsError
from formdigits.settings import Settings

log = structlog.get_logger(__name__)

Check = Callable[[], str | None]
"""Says why not; None where all is well.  An error of ours that it raises counts as the reason."""
SLOWEST_CLIENT_S = 5


class Answers(NamedTuple):
    """What a program says of itself."""

    metrics: Callable[[], bytes]
    """In the text format of Prometheus."""
    live: Check
    """A program that is not live is stuck; starting it again helps."""
    ready: Check
    """A program that is not ready does no work yet, or cannot; starting it again may not help."""


class Endpoint:
    """An HTTP server in the background, from `start` until `stop`.  It shows no job, and takes nothing in."""

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        """Take the port; 0 means any free one.  Raises OSError where it is taken."""
        self._server = ThreadingHTTPServer((host, port), _handler_of(answers))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, name="endpoint", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def open_endpoint(settings: Settings, answers: Answers) -> Endpoint | None:
    """The running endpoint that the settings ask for; None where they ask for none, or the port is taken.

    A program does its work without it, so a port that is taken is told and not raised.
    """
    if not settings.metrics_port:
        return None
    try:
        endpoint = Endpoint(settings.metrics_host, settings.metrics_port, answers)
    except OSError as error:
        log.warning("no metrics: the port cannot be opened", port=settings.metrics_port, reason=str(error))
        return None
    endpoint.start()
    log.info("metrics and health are served", host=settings.metrics_host, port=endpoint.port)
    return endpoint


def _handler_of(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "formdigits"
        sys_version = ""
        timeout = SLOWEST_CLIENT_S

        def do_GET(self) -> None:
            status, kind, body = _answer(answers, self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A probe every few seconds is no event."""

    return Handler


def _answer(answers: Answers, path: str) -> tuple[int, str, bytes]:
    try:
        match path:
            case "/metrics":
                return 200, CONTENT_TYPE_LATEST, answers.metrics()
            case "/live":
                return _checked(answers.live)
            case "/ready":
                return _checked(answers.ready)
    except Exception:
        log.exception("endpoint failed", path=path)
        return _line(500, "an unexpected error; the log says what")
    return _line(404, "there are /metrics, /live and /ready")


def _checked(check: Check) -> tuple[int, str, bytes]:
    try:
        reason = check()
    except FormdigitsError as error:
        reason = str(error)
    return _line(503, reason) if reason else _line(200, "ok")


def _line(status: int, text: str) -> tuple[int, str, bytes]:
    return status, "text/plain; charset=utf-8", f"{text}\n".encode()
