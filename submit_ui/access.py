"""Every request: an id for its log lines, and its duration by endpoint for the metrics."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, disable_created_metrics

ID_HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[\w.-]{1,64}")
"""An id that a proxy in front gave goes on, unless it could write into a log what it likes."""

log = structlog.get_logger()

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for every series, which nobody asks for


def own_numbers() -> CollectorRegistry:
    """What the application counts of itself."""
    registry: CollectorRegistry = current_app.extensions["formdigits_metrics"]
    return registry


def watch(app: Flask) -> None:
    """Have the application note its requests, the refused ones too: it is called before anybody may refuse one."""
    registry = app.extensions["formdigits_metrics"] = CollectorRegistry()
    ProcessCollector(registry=registry)
    durations = Histogram(
        "formdigits_request_seconds",
        "Time until the answer to a request begins.",
        ["endpoint", "status"],
        registry=registry,
        buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
    )

    def end(response: Response) -> Response:
        took_s = time.perf_counter() - g.began_at_s
        # Names of endpoints and classes of status: their number does not grow with what strangers ask for.
        durations.labels(request.endpoint or "none", f"{response.status_code // 100}xx").observe(took_s)
        response.headers[ID_HEADER] = g.request_id
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            log.info("request", **_event(response), took_ms=round(took_s * 1000))
        return response

    app.before_request(_begin)
    app.after_request(end)


def _begin() -> None:
    given = request.headers.get(ID_HEADER, "")
    g.request_id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
    g.began_at_s = time.perf_counter()
    structlog.contextvars.clear_contextvars()  # of the request before, which this thread answered
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _event(response: Response) -> dict[str, object]:
    """What was asked for, without what came along: a query or a body may hold a token."""
    caller = getattr(g, "caller", None)
    return {
        **(request.view_args or {}),
        "method": request.method,
        "endpoint": request.endpoint,
        "status": response.status_code,
        "caller": caller.name if caller else None,
    }
