"""Scans that take their time, or bring the process down that reads them, and messages that are sent twice."""

import os
import time
from collections.abc import Sequence

import worker.page_cutting
from formdigits.arrays import GreyPage
from formdigits.broker import Broker
from formdigits.messages import ReadPages
from formdigits.scan import decode
from tests.chaos.harness.behaviour import behaviour

KILLS = b"this scan kills the process that decodes it"
HANGS = b"this scan is decoded for ever"
"""They stand behind a whole PNG, where no decoder looks."""

send_read = Broker.send_read


def set_up() -> None:
    """Lay the traps in this process."""
    worker.page_cutting.decode = decode_and_spring
    Broker.send_read = send_once_or_twice


def decode_and_spring(data: bytes) -> GreyPage:
    """The product's `decode`, as if scans were larger, and one of them could bring it down."""
    time.sleep(behaviour().s_per_page)
    if data.endswith(KILLS):
        os.abort()
    if data.endswith(HANGS):
        time.sleep(3600)
    return decode(data)


def send_once_or_twice(broker: Broker, messages: Sequence[ReadPages]) -> None:
    """The product's `send_read`, which a test can make say everything twice."""
    send_read(broker, [*messages, *messages] if behaviour().sends_twice else messages)
