"""Who may do what: the API takes a bearer token and never a cookie, the pages a session and a CSRF token."""

import hashlib
import hmac
import secrets
import socket
from fcntl import LOCK_EX, flock
from pathlib import Path

from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from formdigits.errors import NotAuthorised
from formdigits.settings import Settings

API = "/api/"
XHR = "/xhr/"
OPEN_ENDPOINTS = {"static", "pages.login", "pages.log_in", "api.health.show"}
JOB_BODY_BYTES = 256_000_000
"""Room for the paths of a million pages."""
OTHER_BODY_BYTES = 1_000_000
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

csrf = CSRFProtect()


def ensure_token(settings: Settings) -> str:
    """The API token: the one in the settings, else the one in the data folder, made on first use."""
    return settings.token or ensure_secret(settings.data / "token")


def ensure_secret(path: Path) -> str:
    """Read a secret, or make it: only its owner can read it, and programs that start together agree on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            if not path.exists():  # another program may have been first
                part = path.with_name(f".{path.name}.part")
                part.unlink(missing_ok=True)
                part.touch(mode=0o600)
                part.write_text(secrets.token_urlsafe(32))
                part.replace(path)
    return path.read_text().strip()


def is_token(given: str) -> bool:
    """Whether this is the API token, compared in constant time."""
    return hmac.compare_digest(given.encode(), current_app.config["API_TOKEN"].encode())


def remember(token: str) -> None:
    """Let this browser in; a new token ends the session."""
    session.clear()
    session["token_sha256"] = hashlib.sha256(token.encode()).hexdigest()
    session.permanent = True


def is_remembered() -> bool:
    """Whether this browser has shown the token that is valid now."""
    expected = hashlib.sha256(current_app.config["API_TOKEN"].encode()).hexdigest()
    return hmac.compare_digest(str(session.get("token_sha256", "")), expected)


def guard() -> AnyResponse | None:
    """Run before every request.  Whatever is not named open is closed."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    refuse_large_bodies()
    if request.endpoint in OPEN_ENDPOINTS:
        if request.endpoint == "pages.log_in":
            csrf.protect()
        return None
    if request.path.startswith(API):
        check_bearer()
        return None
    return check_session()


def check_bearer() -> None:
    """A wrong token is answered as a missing one is."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_token(token.strip()):
        raise NotAuthorised("give the API token as the header 'Authorization: Bearer TOKEN'")


def check_session() -> AnyResponse | None:
    """Let a browser in that has shown the token, now or before."""
    if request.method == "GET" and is_token(request.args.get("token", "")):
        remember(request.args["token"])
        return redirect(request.path)  # the token does not stay in the address bar
    if not is_remembered():
        if request.path.startswith(XHR):
            raise NotAuthorised("open the page again with its token")
        return redirect(url_for("pages.login", to=request.path))
    csrf.protect()
    return None


def refuse_large_bodies() -> None:
    """Answer before the body is read, whatever its length; a body without a length is cut off at the limit."""
    limit = body_limit(request.endpoint or "")
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge(f"the request has {request.content_length} bytes, at most {limit} are taken")


def body_limit(endpoint: str) -> int:
    """Most bytes in the body of a request to this endpoint."""
    if endpoint.endswith("scans.upload"):
        return int(current_app.config["MAX_UPLOAD_BYTES"])
    return JOB_BODY_BYTES if endpoint.endswith("jobs.submit") else OTHER_BODY_BYTES


def add_headers(response: Response) -> Response:
    """Put the headers on that keep foreign pages out."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def trusted_hosts(settings: Settings) -> list[str]:
    """Names that the page answers to, so that a foreign name that leads here is refused."""
    if settings.trusted_hosts:
        return [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    return ["localhost", "127.0.0.1", settings.host, socket.gethostname()]


def secure(app: Flask, settings: Settings) -> None:
    """Set the application up as this module says."""
    app.config.update(
        SECRET_KEY=ensure_secret(settings.data / "secret_key"),
        API_TOKEN=ensure_token(settings),
        MAX_UPLOAD_BYTES=settings.max_upload_bytes,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_NAME=f"formdigits_{settings.port}",  # browsers share cookies between ports
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
        TRUSTED_HOSTS=trusted_hosts(settings),
        WTF_CSRF_CHECK_DEFAULT=False,  # `guard` asks for it, where a session lets in
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    app.before_request(guard)
    app.after_request(add_headers)
