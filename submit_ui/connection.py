"""JSON over HTTP to one page: tried again where that is harmless, and every failure one of our errors."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from formdigits import errors

Json = dict[str, Any]
TRIES = 3
REPEATABLE = ("jobs", "scans")
"""Posting a job again finds its idempotency key, and uploading again the same content."""

BY_CODE = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.FormdigitsError)
}


class Connection:
    """Asks the JSON API of one page."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
            trust_env=False,  # a proxy of the environment does not stand between us and our own page
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> Json:
        """Ask for something."""
        return self._ask("GET", path)

    def post(self, path: str, body: Json | None = None, *, key: str | None = None, files: Any = None) -> Json:
        """Have something done; `key` makes it one job however often it is sent."""
        return self._ask("POST", path, json=body, files=files, headers={"Idempotency-Key": key} if key else None)

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """A long answer, as it comes."""
        try:
            with self._http.stream("GET", path) as response:
                if response.is_error:
                    response.read()
                    check(response)
                yield response
        except httpx.TransportError as error:
            raise self._unreachable() from error

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        repeatable = method == "GET" or path in REPEATABLE or path.endswith("/cancel")
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                response = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                if last or not repeatable or isinstance(error, httpx.ConnectError):
                    raise self._unreachable() from error
            else:
                if last or response.status_code != 503:
                    return check(response)
            time.sleep(0.2 * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _unreachable(self) -> errors.ServerUnreachable:
        return errors.ServerUnreachable(f"no formdigits answers at {self.url}; `formdigits up` starts one here")


def check(response: httpx.Response) -> Json:
    """The body of a good answer; any other is raised as the error that it names."""
    try:
        body: Json = response.json()
    except ValueError:
        body = {}
    if response.is_success and body:
        return body
    named = body.get("error", {})
    kind = BY_CODE.get(named.get("code"), kind_of(response.status_code))
    raise kind(named.get("message") or f"the server answered {response.status_code} {response.reason_phrase}")


def kind_of(status: int) -> type[errors.FormdigitsError]:
    """Our error for an answer that names none: a proxy's, or another program's."""
    if status >= 500:
        return errors.ServerUnreachable
    return {401: errors.NotAuthorised, 404: errors.NotFound, 413: errors.TooLarge}.get(status, errors.BadRequest)
