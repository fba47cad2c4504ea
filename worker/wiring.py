"""What a worker process holds: made once, on first use, and passed inwards."""

from functools import cache, partial

import cv2

from formdigits.broker import Broker
from formdigits.form_template import FormShelf
from formdigits.ledger import open_ledger
from formdigits.model_store import open_models
from formdigits.scan_store import open_scans
from formdigits.settings import Settings
from worker.desk import Desk
from worker.identity import own_name
from worker.model_in_service import ModelInService
from worker.second_opinion import second_reader


@cache
def desk() -> Desk:
    """The desk of this process, its network loaded and warm."""
    # The process that starts the reading ones imports this module too, and needs no network.
    from worker.digit_classifier import DigitClassifier  # noqa: PLC0415

    cv2.setNumThreads(1)
    settings = Settings()
    ledger = open_ledger(settings.ledger_url)
    made = Desk(
        name=own_name(),
        settings=settings,
        ledger=ledger,
        broker=Broker(settings),
        scans=open_scans(settings),
        forms=FormShelf(settings.form_folders, lambda: ledger),
        model=ModelInService(open_models(settings), partial(DigitClassifier, n_threads=1)),
        second=second_reader(settings),
    )
    made.model.follow(each_look=made.report)
    return made
