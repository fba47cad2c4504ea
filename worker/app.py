"""`celery -A worker.app worker -Q read`: the processes that read pages, and the sweep beside them."""

from typing import Any

from celery.signals import setup_logging, worker_process_init, worker_ready, worker_shutting_down

from formdigits.broker import Broker, make_celery
from formdigits.ledger import open_ledger
from formdigits.logs import configure_logs
from formdigits.settings import Settings
from worker.sweeper import Sweeper
from worker.wiring import desk

settings = Settings()
app = make_celery(settings, include=["worker.tasks"])
app.conf.worker_concurrency = settings.worker_processes or None  # None: one process per core

_sweepers: list[Sweeper] = []


@setup_logging.connect
def _use_our_logs(**_: Any) -> None:
    configure_logs()


@worker_process_init.connect
def _load_the_network(**_: Any) -> None:
    """Before the first message, so that no chunk's time goes into it."""
    configure_logs()
    desk()


@worker_ready.connect
def _start_sweeping(**_: Any) -> None:
    sweeper = Sweeper(open_ledger(settings.ledger_url), Broker(settings), settings)
    sweeper.start()
    _sweepers.append(sweeper)


@worker_shutting_down.connect
def _stop_sweeping(**_: Any) -> None:
    for sweeper in _sweepers:
        sweeper.stop()
