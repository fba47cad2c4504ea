"""Errors as answers: JSON for scripts, a short page for people, and a status that fits."""

import structlog
from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from formdigits import errors
from submit_ui.security import API, METRICS, XHR

log = structlog.get_logger()

STATUS: dict[type[errors.FormdigitsError], int] = {
    errors.NotAuthorised: 401,
    errors.NotPermitted: 403,
    errors.PathNotAllowed: 403,
    errors.NotFound: 404,
    errors.IdempotencyConflict: 409,
    errors.RetrainBusy: 409,
    errors.TooLarge: 413,
    errors.QuotaExceeded: 429,
    errors.Overloaded: 503,
    errors.LedgerFull: 507,
    errors.ServerUnreachable: 503,
}
"""The first that fits.  Every other error of ours is 422: understood, but not to be done as it is."""
RETRY_AFTER_S = {429: 10, 503: 5}


def register(app: Flask) -> None:
    """Tell the application how each error is answered."""
    app.register_error_handler(errors.FormdigitsError, answer_ours)
    app.register_error_handler(ValidationError, answer_invalid)
    app.register_error_handler(CSRFError, answer_csrf)
    app.register_error_handler(SecurityError, answer_foreign_host)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)


def answer_ours(error: errors.FormdigitsError) -> ResponseReturnValue:
    """One of our own errors: its message is written for people."""
    return answer(status_of(error), error.code, str(error))


def status_of(error: errors.FormdigitsError) -> int:
    """The status that an error of ours is answered with."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


def answer_invalid(error: ValidationError) -> ResponseReturnValue:
    """The body is not as the API takes it."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    return answer(422, errors.BadRequest.code, f"{place}: {first['msg']}")


def answer_csrf(error: CSRFError) -> ResponseReturnValue:
    """The request does not come from one of our own pages, or from a very old one."""
    return answer(403, "csrf", f"{error.description} Load the page again.")


def answer_foreign_host(_: SecurityError) -> ResponseReturnValue:
    """The request came by a host name that is not ours; no page is drawn, for its links would carry that name."""
    text = "This formdigits does not answer to that host name; FORMDIGITS_TRUSTED_HOSTS lists those it answers to.\n"
    return text, 400, {"Content-Type": "text/plain"}


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """No such address, wrong method, too large."""
    status = error.code or 500
    code = {404: "not_found", 413: "too_large"}.get(status, error.name.lower().replace(" ", "_"))
    return answer(status, code, error.description or error.name)


def answer_unexpected(error: Exception) -> ResponseReturnValue:
    """A mistake of ours: the log has the details, the answer has none."""
    log.error("request failed", path=request.path, exc_info=error)
    return answer(500, "internal", "something went wrong here; the log of the page says what")


def answer(status: int, code: str, message: str) -> ResponseReturnValue:
    """The error as JSON or as a page, as the address asks for it."""
    if request.path.startswith((API, XHR, METRICS)):
        response = make_response({"error": {"code": code, "message": message}}, status)
    else:
        response = make_response(render_template("error.html", status=status, message=message), status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 413:
        response.headers["Connection"] = "close"  # the body that nobody reads must not be taken for the next request
    if status in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[status])
    return response
