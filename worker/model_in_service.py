"""Which network a worker process reads with, and how it changes while the process runs."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from formdigits.arrays import DigitBatch, Probabilities
from formdigits.errors import ModelRefused, ServerUnreachable
from formdigits.model_store import ModelStore
from worker import metrics

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
NOT_NOW = (ServerUnreachable, OSError)
"""The store is away, or this machine has no room for a copy: no fault of the version."""


class Classifier(Protocol):
    """What reading a page needs from a network, and nothing more."""

    @property
    def version(self) -> str: ...

    def predict(self, crops: DigitBatch) -> Probabilities: ...

    def threshold_for(self, max_error: float, n_digits: int = 1) -> float: ...


class ModelInService:
    """Holds the current model version and follows the store's pointer.

    A version is loaded, warmed up and tested beside the one in service, and takes its place by one assignment.  Whoever
    takes `classifier` once for a chunk reads the whole chunk with one version.
    """

    def __init__(self, store: ModelStore, load: Callable[[Path], Classifier]) -> None:
        """Load the current version, or the latest earlier one that can be served; wait where there is none yet."""
        self._store = store
        self._load = load
        self._refused: str | None = None
        self._said: dict[str, str] = {}
        self.error: str | None = None
        """Why the current version is not the one in service; None when it is."""
        self.classifier: Classifier = self._first_that_loads()
        metrics.reads_with(self.classifier.version)

    def follow(self, each_look: Callable[[], None]) -> None:
        """Look at the pointer every second, in the background, for as long as the process lives.

        Args:
            each_look: called after every look, however that went; what it raises is logged.
        """

        def look_forever() -> None:
            while True:
                time.sleep(LOOK_EVERY_S)
                self._do("look for a new model", self.look)
                self._do("report", each_look)

        threading.Thread(target=look_forever, name="model-in-service", daemon=True).start()

    def look(self) -> None:
        """Swap when the pointer has moved; keep the old version when the new one cannot be served.

        Raises:
            ServerUnreachable: the store is away; the next look may find it.
            OSError: likewise, of a folder.
        """
        version = self._store.current()
        if version is None or version == self._refused:
            return
        before = self.classifier.version
        if version != before:
            classifier = self._served(version, is_current=True)
            if classifier is None:
                return
            self.classifier = classifier
            metrics.reads_with(version, instead_of=before)
            log.info("model swapped", model_version=version)
        self.error = self._refused = None

    def _first_that_loads(self) -> Classifier:
        refused: set[str] = set()
        while True:
            try:
                for place, version in enumerate(self._store.latest_first()):
                    if version in refused:
                        continue
                    if classifier := self._served(version, is_current=place == 0):
                        return classifier
                    refused.add(version)
                reason = "there is none that can be served; the trainer, the page and `formdigits up` bring one"
            except (*NOT_NOW, ModelRefused) as error:
                reason = str(error)
            self._say("wait for a model", reason)
            time.sleep(LOOK_EVERY_S)

    def _served(self, version: str, *, is_current: bool) -> Classifier | None:
        """The version, ready to read; None where it is refused, for which the current one's reason is kept."""
        try:
            return self._load(self._store.folder(version))
        except NOT_NOW as error:
            self.error = f"{version} cannot be fetched: {error}"
            raise
        except Exception as error:  # noqa: BLE001 whatever is wrong with it, another one serves
            self._refuse(version, error, is_current=is_current)
            return None

    def _refuse(self, version: str, error: Exception, *, is_current: bool) -> None:
        metrics.refused()
        if is_current:
            self._refused, self.error = version, f"{version} refused: {error}"
        trace = not isinstance(error, ModelRefused)
        log.error("model refused", model_version=version, reason=str(error), exc_info=error if trace else None)

    def _do(self, what: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (*NOT_NOW, ModelRefused) as error:
            self._say(what, str(error))
        except Exception:
            log.exception("failed", what=what)
        else:
            self._said.pop(what, None)

    def _say(self, what: str, reason: str) -> None:
        """Log once what is tried every second."""
        if self._said.get(what) != reason:
            log.warning("put off", what=what, reason=reason)
        self._said[what] = reason
