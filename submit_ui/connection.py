"""JSON over HTTP to one page: tried again where that is harmless, and every failure one of our errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import httpx

from formdigits import errors

Json = dict[str, Any]
TRIES = 3
PATIENCE_S = 60.0
"""How long a request is tried again that the server asked to send later, before its answer becomes an error."""
LONGEST_PAUSE_S = 30.0
TIMEOUT_S = 60.0
PATIENT_TIMEOUT_S = 600.0
"""A server that looks into many documents before it answers gives up sooner than that."""

BY_CODE = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.FormdigitsError)
}


class Connection:
    """Asks the JSON API of one page.

    `on_wait` is told, in a sentence, what a request waits for before it is tried again.
    """

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None) -> None:
        self.url = url.rstrip("/")
        self.on_wait: Callable[[str], None] = lambda _sentence: None
        self._has_answered = False
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(TIMEOUT_S, connect=5),
            transport=transport,
            trust_env=False,  # a proxy of the environment does not stand between us and our own page
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, *, patience_s: float = 0) -> Json:
        """Ask for something."""
        return self._ask("GET", path, patience_s=patience_s)

    def post(
        self,
        path: str,
        body: Json | None = None,
        *,
        key: str | None = None,
        files: Any = None,
        content: str | None = None,
        patience_s: float = 0,
    ) -> Json:
        """Have something done that is harmless when it is done twice; `key` makes a new job one of these."""
        headers = {"Idempotency-Key": key} if key else None
        sent = {"json": body, "files": files, "content": content}
        timeout = httpx.Timeout(PATIENT_TIMEOUT_S if patience_s else TIMEOUT_S, connect=5)
        return self._ask("POST", path, **sent, headers=headers, patience_s=patience_s, timeout=timeout)

    def post_once(self, path: str, body: Json | None = None) -> Json:
        """Have something done that must not be done twice."""
        return self._ask("POST", path, tries=1, json=body)

    def delete(self, path: str) -> Json:
        """Have something removed, however long that takes; a second time it would not be there."""
        return self._ask("DELETE", path, tries=1, timeout=httpx.Timeout(600, connect=5))

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

    def _ask(self, method: str, path: str, *, tries: int = TRIES, patience_s: float = 0, **request: Any) -> Json:
        """Send a request, and again while that may help.

        A broken connection and a server that is briefly unavailable get a few tries.  Who has patience goes on for as
        long as the server asks for it by Retry-After, or cannot be reached although it answered before.
        """
        give_up_at = monotonic() + patience_s
        attempt = 0
        while True:
            attempt += 1
            pause_s = 0.2 * attempt
            try:
                response = self._http.request(method, path, **request)
            except httpx.TransportError as error:
                nobody_there = isinstance(error, httpx.ConnectError)
                patient = self._has_answered and monotonic() + pause_s < give_up_at
                if not patient and (nobody_there or attempt >= tries):
                    raise self._unreachable() from error
                self._pause(pause_s, f"{self.url} does not answer")
            else:
                self._has_answered = True
                asked_s = asked_pause_s(response)
                patient = asked_s is not None and monotonic() + asked_s < give_up_at
                if not patient and (response.status_code != 503 or attempt >= tries):
                    return check(response)
                self._pause(asked_s if patient and asked_s else pause_s, said_in(response))

    def _pause(self, pause_s: float, reason: str) -> None:
        pause_s = min(pause_s, LONGEST_PAUSE_S)
        if pause_s >= 1:
            self.on_wait(f"{reason}; trying again in {pause_s:.0f} s")
        sleep(pause_s)

    def _unreachable(self) -> errors.ServerUnreachable:
        return errors.ServerUnreachable(f"no formdigits answers at {self.url}; `formdigits up` starts one here")


def asked_pause_s(response: httpx.Response) -> float | None:
    """How long the server asks to wait; None where waiting does not help."""
    given = response.headers.get("Retry-After", "")
    return float(given) if response.status_code in (429, 503) and given.isdecimal() else None


def said_in(response: httpx.Response) -> str:
    """The sentence of an error, or the status where there is none."""
    return error_in(response).get("message") or f"the server answered {response.status_code} {response.reason_phrase}"


def error_in(response: httpx.Response) -> Json:
    """The error that an answer names; empty for another program's answer."""
    try:
        named = response.json().get("error")
    except (ValueError, AttributeError):
        return {}
    return named if isinstance(named, dict) else {}


def check(response: httpx.Response) -> Json:
    """The body of a good answer; any other is raised as the error that it names."""
    if response.is_success:
        try:
            body: Json = response.json()
        except ValueError:
            body = {}
        if body:
            return body
    kind = BY_CODE.get(str(error_in(response).get("code")), kind_of(response.status_code))
    raise kind(said_in(response))


def kind_of(status: int) -> type[errors.FormdigitsError]:
    """Our error for an answer that names none: a proxy's, or another program's."""
    if status >= 500:
        return errors.ServerUnreachable
    named = {401: errors.NotAuthorised, 404: errors.NotFound, 413: errors.TooLarge, 429: errors.QuotaExceeded}
    return named.get(status, errors.BadRequest)
