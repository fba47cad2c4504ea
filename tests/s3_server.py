"""moto's S3 as a process of its own, on loopback: `python -m tests.s3_server PORT DELAY_S` prints the port.

Some names of objects make it answer as moto does not:
`answer-503-SlowDown` with that status and code, `cut-short` with half of a body, `together-4` when four ask at once.
After `/-/down` it keeps what it has and answers nobody, until `/-/up`.
"""

import re
import sys
import threading
import time
from collections import defaultdict

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

ANSWER = re.compile(r"/answer-(\d+)-(\w+)")
TOGETHER = re.compile(r"/together-(\d+)")
REASONS = {"403": "403 Forbidden", "404": "404 Not Found", "500": "500 Error", "503": "503 Slow Down"}


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as S3 keeps them

    def log(self, type_, message, *args):
        pass


class LikeS3:
    """moto, as slow as a network and as strict as S3: of two conditional writes at once, one is refused."""

    def __init__(self, delay_s):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.delay_s = delay_s
        self.is_down = False
        self.writing = threading.Lock()
        self.meetings = defaultdict(lambda: None)

    def __call__(self, environ, start_response):
        time.sleep(self.delay_s)
        path = environ["PATH_INFO"]
        if path.startswith("/-/"):
            self.is_down = path == "/-/down"
            start_response("204 No Content", [])
            return []
        if self.is_down:
            return self.error("503", "ServiceUnavailable", start_response)
        if environ["REQUEST_METHOD"] == "PUT":
            with self.writing:
                return list(self.moto(environ, start_response))
        if found := ANSWER.search(path):
            return self.error(found[1], found[2], start_response)
        if "/cut-short" in path:
            start_response("200 OK", [("Content-Length", "1000"), ("ETag", '"1"'), ("Connection", "close")])
            return [b"half"]
        if found := TOGETHER.search(path):
            self.wait_for(int(found[1]))
        return self.moto(environ, start_response)

    def error(self, status, code, start_response):
        start_response(REASONS[status], [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>as asked</Message></Error>".encode()]

    def wait_for(self, n):
        with self.writing:
            meeting = self.meetings[n] = self.meetings[n] or threading.Barrier(n, timeout=10)
        meeting.wait()


def main():
    port, delay_s = int(sys.argv[1]), float(sys.argv[2])
    server = make_server("127.0.0.1", port, LikeS3(delay_s), threaded=True, request_handler=Quiet)
    print(server.port, flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
