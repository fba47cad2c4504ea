"""What a process does before it takes messages.

Celery imports this module in every process that it spawns; it does not import `app` there.
"""

import gc
import os
from typing import Any

from celery.signals import setup_logging, worker_process_init

from formdigits.logs import configure_logs
from worker.wiring import desk

NICER = 5
"""Reading can wait a moment; the page, the broker and the sweep answer first."""


@setup_logging.connect
def _use_our_logs(**_: Any) -> None:
    configure_logs()


@worker_process_init.connect
def _load_the_network(**_: Any) -> None:
    """Before the first message, so that no chunk's time goes into it."""
    configure_logs()
    os.nice(NICER)
    desk()
    # What was made so far stays for ever: a collection need not look through all of it again and again.
    gc.collect()
    gc.freeze()
