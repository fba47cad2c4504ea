"""Whether this formdigits can take jobs, and who reads them."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from formdigits import __version__
from formdigits.errors import ServerUnreachable
from submit_ui.parts import Parts, parts
from submit_ui.shapes import worker_json

health = Blueprint("health", __name__)


@health.get("/health")
def show() -> ResponseReturnValue:
    """Open to everybody, for health checks: says nothing about jobs."""
    broker = answers(parts().broker.ping)
    workers = seen_workers(parts())
    ok = broker and workers is not None
    body = {
        "status": "ok" if ok else "degraded",
        "version": __version__,
        "ledger": workers is not None,
        "broker": broker,
        "workers": workers or 0,
    }
    # Without a broker no new job is taken, and everything else goes on; without a ledger nothing does.
    return body, 503 if workers is None else 200


@health.get("/health/live")
def live() -> ResponseReturnValue:
    """Open to everybody: this process answers.  It asks nobody else, for starting it again would mend nobody else."""
    return {"status": "ok"}


@health.get("/health/ready")
def ready() -> ResponseReturnValue:
    """Open to everybody: jobs are taken and shown, for the ledger answers; how the broker is comes along."""
    ledger = seen_workers(parts()) is not None
    body = {"status": "ok" if ledger else "not ready", "ledger": ledger, "broker": answers(parts().broker.ping)}
    return body, 200 if ledger else 503


@health.get("/workers")
def workers() -> ResponseReturnValue:
    """The programs that read pages, seen within half a minute."""
    return {"workers": [worker_json(worker) for worker in parts().ledger.workers()]}


def answers(ping: Callable[[], None]) -> bool:
    """Whether it answers."""
    try:
        ping()
    except ServerUnreachable:
        return False
    return True


def seen_workers(parts: Parts) -> int | None:
    """How many workers were seen lately; None where the ledger does not answer."""
    try:
        return len(parts.ledger.workers())
    except ServerUnreachable:
        return None
