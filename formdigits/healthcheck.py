"""`python -m formdigits.healthcheck`: what a container engine asks inside the container of a worker or a trainer.

An engine for one machine starts a container again when it ends, and not when it is ill.  So a program that says of
itself that starting it anew would help is ended here.
"""

import os
import signal
import sys
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import urlopen

from formdigits.settings import Settings

FIRST_PROCESS = 1
"""The one that the engine started; when it ends, so does the container."""
ANSWERS_WITHIN_S = 5


def is_well(port: int) -> bool:
    """Whether the program is ready; one that is no longer live is asked to end."""
    if _status(port, "live") == HTTPStatus.SERVICE_UNAVAILABLE:
        os.kill(FIRST_PROCESS, signal.SIGTERM)
    return _status(port, "ready") == HTTPStatus.OK


def _status(port: int, question: str) -> int | None:
    """What the program's own port answers; None where it does not, as while it starts."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/{question}", timeout=ANSWERS_WITHIN_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(not is_well(Settings().metrics_port))
