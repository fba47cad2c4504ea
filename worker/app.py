"""`celery -A worker.app worker -Q read`: the processes that read pages, and the sweep beside them."""

from typing import Any

from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down

from formdigits.broker import Broker, make_celery
from formdigits.form_template import FormShelf
from formdigits.ledger import open_ledger
from formdigits.logs import configure_logs
from formdigits.model_store import open_models
from formdigits.rapidocr import network_file
from formdigits.rounds import Rounds
from formdigits.settings import Settings
from worker.health import HealthPort
from worker.roster_keeper import RosterKeeper
from worker.sweeper import Sweeper

settings = Settings()
if settings.second_opinion:
    network_file()  # here, and not in each process that reads: those would be started again and again
app = make_celery(settings, include=["worker.process", "worker.tasks"])
app.conf.worker_concurrency = settings.worker_processes or None  # None: one process per core

_ports: list[HealthPort] = []
_rounds: list[Rounds] = []


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
    forms = FormShelf(settings.form_folders, lambda: ledger)
    keeper = RosterKeeper(ledger, forms, open_models(settings))
    for name, work in (("sweep", sweeper.round), ("matching", keeper.keep)):
        rounds = Rounds(work, name=name, every_s=settings.sweep_every_s)
        rounds.start()
        _rounds.append(rounds)
    for port in _ports:
        port.health.started(sweeper, ledger)


@worker_shutting_down.connect
def _stop_sweeping(**_: Any) -> None:
    for rounds in _rounds:
        rounds.stop()


@worker_shutdown.connect
def _close_port(**_: Any) -> None:
    for port in _ports:
        port.close()
