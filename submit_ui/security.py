"""Who may do what: the API takes a bearer token and never a cookie, the pages a session and a CSRF token."""

import socket

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from formdigits.errors import NotAuthorised, NotPermitted
from formdigits.ledger import no_job
from formdigits.settings import Settings
from submit_ui.callers import Caller, find_caller, sha256_of
from submit_ui.parts import parts
from submit_ui.scopes import needed_scope
from submit_ui.secret_file import ensure_secret, ensure_token

API = "/api/"
XHR = "/xhr/"
METRICS = "/metrics"
OPEN_ENDPOINTS = {
    "static",
    "pages.login",
    "pages.log_in",
    "api.health.show",
    "api.health.live",
    "api.health.ready",
}
JOB_ENDPOINTS = ("jobs.submit", "steering.add_pages")
FORM_ENDPOINTS = ("forms.add", "form_pictures.draw")
JOB_BODY_BYTES = 32_000_000
"""Room for a part of a job: 20,000 paths of the longest."""
FORM_BODY_BYTES = 32_000_000
"""Room for a form with the pictures of its pages."""
OTHER_BODY_BYTES = 1_000_000
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

csrf = CSRFProtect()


def remember(token: str) -> None:
    """Let this browser in with a token that was found good; a token that is removed ends the session."""
    session.clear()
    session["token_sha256"] = sha256_of(token)
    session.permanent = True


def guard() -> AnyResponse | None:
    """Run before every request.  Whatever is not named open is closed."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    refuse_large_bodies()
    if request.endpoint in OPEN_ENDPOINTS:
        if request.endpoint == "pages.log_in":
            csrf.protect()
        return None
    if request.path.startswith((API, METRICS)):
        g.caller = bearer()
    elif (answer := check_session()) is not None:
        return answer
    check_scope(g.caller)
    return None


def bearer() -> Caller:
    """Whose token the request brings.  A wrong token is answered as a missing one is."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = find_caller(sha256_of(token.strip())) if scheme.lower() == "bearer" else None
    if found is None:
        raise NotAuthorised("give the API token as the header 'Authorization: Bearer TOKEN'")
    return found


def check_session() -> AnyResponse | None:
    """Let a browser in that has shown a token, now or before."""
    given = request.args.get("token", "") if request.method == "GET" else ""
    if given and find_caller(sha256_of(given)):
        remember(given)
        return redirect(request.path)  # the token does not stay in the address bar
    found = find_caller(str(session["token_sha256"])) if "token_sha256" in session else None
    if found is None:
        if request.path.startswith(XHR):
            raise NotAuthorised("open the page again with its token")
        return redirect(url_for("pages.login", to=request.path))
    g.caller = found
    csrf.protect()
    return None


def check_scope(who: Caller) -> None:
    """Refuse what the token does not open; the job of another owner is not there."""
    if request.endpoint and not who.may(needed := needed_scope(request.endpoint)):
        raise NotPermitted(f"this needs a token of the scope {needed!r}, and that of {who.name} has {who.scope!r}")
    job_id = (request.view_args or {}).get("job_id")
    if job_id and who.sees is not None and parts().ledger.progress(job_id).owner != who.sees:
        raise no_job(job_id)


def refuse_large_bodies() -> None:
    """Answer before the body is read, whatever its length; a body without a length is cut off at the limit."""
    endpoint = request.endpoint or ""
    limit = body_limit(endpoint)
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        mend = "; send a large job in parts" if endpoint.endswith(JOB_ENDPOINTS) else ""
        raise RequestEntityTooLarge(f"the request has {request.content_length} bytes, at most {limit} are taken{mend}")


def body_limit(endpoint: str) -> int:
    """Most bytes in the body of a request to this endpoint."""
    if endpoint.endswith("scans.upload"):
        return int(current_app.config["MAX_UPLOAD_BYTES"])
    if endpoint.endswith(FORM_ENDPOINTS):
        return FORM_BODY_BYTES
    return JOB_BODY_BYTES if endpoint.endswith(JOB_ENDPOINTS) else OTHER_BODY_BYTES


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
        OPERATOR_SHA256=sha256_of(ensure_token(settings)),
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
