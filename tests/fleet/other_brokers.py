"""The lab of the faults with another broker than the embedded one."""

from pathlib import Path
from typing import Any

from formdigits.broker import Broker
from formdigits.settings import Settings
from tests.chaos.harness.lab import Lab


class Elsewhere:
    """A broker that the test starts and ends itself."""

    def __init__(self, settings: Settings) -> None:
        self._broker = Broker(settings)

    def start(self) -> None:
        """It runs."""

    def end(self) -> None:
        self._broker.close()

    def n_waiting(self) -> int:
        return self._broker.n_waiting()


def lab_on(broker: Settings, folder: Path, **knobs: Any) -> Lab:
    """A whole formdigits whose messages go over the broker that these settings name."""
    named = {name: value for name, value in broker.model_dump().items() if name.startswith("broker_")}
    lab = Lab(folder, **named, **knobs)
    lab.broker = Elsewhere(broker)  # what it made for itself was not started
    return lab
