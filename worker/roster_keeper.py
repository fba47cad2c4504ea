"""Matches jobs with their rosters when all their pages have ended."""

from formdigits.calibration import Calibration
from formdigits.errors import ModelRefused, NotFound
from formdigits.model_store import ModelStore
from worker.roster.settling import Forms, Jobs, settle_one


class RosterKeeper:
    """Looks for such jobs in the main process of every worker; the ledger gives each job to one of them."""

    def __init__(self, ledger: Jobs, forms: Forms, models: ModelStore) -> None:
        self._ledger = ledger
        self._forms = forms
        self._models = models
        self._calibrations: dict[str, Calibration] = {}

    def keep(self) -> bool:
        """Match one job that can be matched; False when there is none."""
        return settle_one(self._ledger, self._forms, self)

    def thresholds_of(self, version: str) -> Calibration:
        """The calibration of a model version; one that accepts nothing where the version is gone."""
        if version not in self._calibrations:
            try:
                self._calibrations[version] = self._models.manifest(version).calibration
            except (NotFound, ModelRefused):
                return Calibration()
        return self._calibrations[version]
