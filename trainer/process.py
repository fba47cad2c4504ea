"""What the training process does before it takes messages.

Celery imports this module in every process that it spawns; it does not import `app` there.
"""

import os
from typing import Any

from celery.signals import setup_logging, worker_process_init

from formdigits.logs import configure_logs
from formdigits.seeding import seed_in_background
from formdigits.settings import Settings

NICENESS = 5
"""Reading goes first where both run on one machine."""


@setup_logging.connect
def _use_our_logs(**_: Any) -> None:
    configure_logs()


@worker_process_init.connect
def _begin(**_: Any) -> None:
    configure_logs()
    os.nice(NICENESS)
    seed_in_background(Settings())
