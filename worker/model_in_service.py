"""Which network a worker process reads with, and how it changes while the process runs."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.errors import ModelRefused
from formdigits.model_store import ModelStore
from worker import metrics

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0


class Classifier(Protocol):
    """What reading a page needs from a network, and nothing more."""

    @property
    def version(self) -> str: ...

    def predict(self, crops: DigitBatch) -> Probabilities: ...

    def threshold_for(self, max_error: float) -> float: ...


class ModelInService:
    """Holds the current model version and follows the store's pointer.

    A version is loaded, warmed up and tested beside the one in service, and takes its place by one assignment.  Whoever
    takes `classifier` once for a chunk reads the whole chunk with one version.
    """

    def __init__(self, store: ModelStore, load: Callable[[Path], Classifier]) -> None:
        """Load the current version, or the latest earlier one that can be served.

        Raises:
            ModelRefused: none of the versions that were ever current can be served.
        """
        self._store = store
        self._load = load
        self._refused: str | None = None
        self.error: str | None = None
        """Why the current version is not the one in service; None when it is."""
        self.classifier: Classifier = self._first_that_loads()
        metrics.reads_with(self.classifier.version)

    def follow(self, each_look: Callable[[], None]) -> None:
        """Look at the pointer every second, in the background, for as long as the process lives.

        Args:
            each_look: called after every look; what it raises is logged.
        """

        def look_forever() -> None:
            while True:
                time.sleep(LOOK_EVERY_S)
                try:
                    self.look()
                    each_look()
                except Exception:
                    log.exception("looking for a new model failed")

        threading.Thread(target=look_forever, name="model-in-service", daemon=True).start()

    def look(self) -> None:
        """Swap when the pointer has moved; keep the old version when the new one cannot be served."""
        version = self._store.current()
        if version is None or version == self._refused:
            return
        if version == self.classifier.version:
            self.error = self._refused = None
            return
        before = self.classifier.version
        try:
            self.classifier = self._load(self._store.folder(version))
        except Exception as error:  # noqa: BLE001 whatever is wrong with it, the old one goes on
            self._note_refusal(version, error)
        else:
            self.error = self._refused = None
            metrics.reads_with(version, instead_of=before)
            log.info("model swapped", model_version=version)

    def _first_that_loads(self) -> Classifier:
        for version in self._store.latest_first():
            try:
                return self._load(self._store.folder(version))
            except Exception as error:  # noqa: BLE001 whatever is wrong with it, an earlier one may serve
                self._note_refusal(version, error)
        raise ModelRefused("there is no model version that can be served; see `formdigits models list`")

    def _note_refusal(self, version: str, error: Exception) -> None:
        metrics.refused()
        if self.error is None:
            self._refused, self.error = version, f"{version} refused: {error}"
        log.error(
            "model refused", model_version=version, reason=str(error), exc_info=not isinstance(error, ModelRefused)
        )
