"""`celery -A worker.app worker -Q read`: the processes that read pages, and the sweep beside them."""

from typing import Any

from celery.signals import worker_ready, worker_shutting_down

from formdigits.broker import Broker, make_celery
from formdigits.ledger import open_ledger
from formdigits.settings import Settings
from worker.sweeper import Sweeper

settings = Settings()
app = make_celery(settings, include=["worker.process", "worker.tasks"])
app.conf.worker_concurrency = settings.worker_processes or None  # None: one process per core

_sweepers: list[Sweeper] = []


@worker_ready.connect
def _start_sweeping(**_: Any) -> None:
    sweeper = Sweeper(open_ledger(settings.ledger_url), Broker(settings), settings)
    sweeper.start()
    _sweepers.append(sweeper)


@worker_shutting_down.connect
def _stop_sweeping(**_: Any) -> None:
    for sweeper in _sweepers:
        sweeper.stop()
