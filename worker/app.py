"""`celery -A worker.app worker -Q read`: the processes that read pages, and beside them the sweep and the purge."""

from typing import Any

from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down

from formdigits.broker import Broker, make_celery
from formdigits.ledger import open_ledger
from formdigits.logs import configure_logs
from formdigits.scan_store import ScanStore
from formdigits.settings import Settings
from worker.health import HealthPort
from worker.purger import Purger
from worker.sweeper import Sweeper

settings = Settings()
app = make_celery(settings, include=["worker.process", "worker.tasks"])
app.conf.worker_concurrency = settings.worker_processes or None  # None: one process per core

_ports: list[HealthPort] = []
_beside: list[Sweeper | Purger] = []


@worker_init.connect
def _open_port(**_: Any) -> None:
    """Before the reading processes are started, which are told where their metrics go."""
    configure_logs()  # this comes before Celery sets logs up
    if settings.metrics_port:
        _ports.append(HealthPort(settings))


@worker_ready.connect
def _start_sweeping(**_: Any) -> None:
    ledger = open_ledger(settings.ledger_url)
    sweeper = Sweeper(ledger, Broker(settings), settings)
    _beside.extend([sweeper, Purger(ledger, _scans(), settings)])
    for one in _beside:
        one.start()
    for port in _ports:
        port.health.started(sweeper, ledger)


def _scans() -> ScanStore:
    return ScanStore(settings.allowed_roots, settings.uploads_root, settings.max_file_bytes)


@worker_shutting_down.connect
def _stop_sweeping(**_: Any) -> None:
    for one in _beside:
        one.stop()


@worker_shutdown.connect
def _close_port(**_: Any) -> None:
    for port in _ports:
        port.close()
