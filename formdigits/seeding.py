"""The shipped model gets into the store where nobody chose one, whichever program that may write there starts first."""

import threading
import time

import structlog

from formdigits.errors import FormdigitsError
from formdigits.model_store import open_models
from formdigits.settings import Settings

log = structlog.get_logger(__name__)

PAUSE_S = 5.0


def seed_in_background(settings: Settings) -> threading.Thread:
    """See to it that there is a model, without keeping the program from starting."""
    thread = threading.Thread(target=seed, args=[settings], name="seeding", daemon=True)
    thread.start()
    return thread


def seed(settings: Settings) -> None:
    """Seed the store that the settings name, as soon as it can be reached; where that is not allowed, leave it be."""
    while True:
        try:
            open_models(settings).seed()
        except FormdigitsError as error:
            log.warning("model store not seeded", reason=str(error))
            if not error.retryable:
                return
        except OSError as error:  # it may be read here and not written; another program may
            log.info("model store not seeded", reason=str(error))
            return
        else:
            return
        time.sleep(PAUSE_S)
