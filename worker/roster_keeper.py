"""Matches jobs with their rosters, in the background, when all their pages have ended."""

import threading

import structlog

from formdigits.calibration import Calibration
from formdigits.errors import ModelRefused, NotFound, ServerUnreachable
from formdigits.model_store import ModelStore
from worker.roster.settling import Forms, Jobs, settle_one

log = structlog.get_logger(__name__)


class RosterKeeper:
    """Looks every few seconds, in the main process of every worker; the ledger gives each job to one of them."""

    def __init__(self, ledger: Jobs, forms: Forms, models: ModelStore, *, every_s: float) -> None:
        self._ledger = ledger
        self._forms = forms
        self._models = models
        self._every_s = every_s
        self._calibrations: dict[str, Calibration] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_forever, name="roster-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop, and return when the job under way is done; one that takes long is matched again by another worker."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def keep(self) -> int:
        """Match all jobs that can be matched, and return how many they were."""
        n = 0
        while not self._stopped.is_set() and settle_one(self._ledger, self._forms, self):
            n += 1
        return n

    def thresholds_of(self, version: str) -> Calibration:
        """The calibration of a model version; one that accepts nothing where the version is gone."""
        if version not in self._calibrations:
            try:
                self._calibrations[version] = self._models.manifest(version).calibration
            except (NotFound, ModelRefused):
                return Calibration()
        return self._calibrations[version]

    def _keep_forever(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self.keep()
            except ServerUnreachable as error:
                log.warning("matching put off", reason=str(error))
            except Exception:
                log.exception("matching failed")
