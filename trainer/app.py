"""`celery -A trainer.app worker -Q train -c 1`: the process that trains."""

import os
from typing import Any

from celery.signals import setup_logging, worker_process_init

from formdigits.broker import make_celery
from formdigits.logs import configure_logs
from formdigits.settings import Settings

NICENESS = 5
"""Reading goes first where both run on one machine."""

app = make_celery(Settings(), include=["trainer.tasks"])
app.conf.task_time_limit = None  # an hour of training is no hang; cancelling is asked for in the ledger
app.conf.task_soft_time_limit = None


@setup_logging.connect
def _use_our_logs(**_: Any) -> None:
    configure_logs()


@worker_process_init.connect
def _begin(**_: Any) -> None:
    configure_logs()
    os.nice(NICENESS)
