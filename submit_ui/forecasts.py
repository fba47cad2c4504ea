"""How much of a job will go to review: for the page, the API and the command."""

from functools import lru_cache

from formdigits.errors import FormdigitsError, NotFound
from formdigits.forecast import Forecast, forecast
from formdigits.form_template import FormTemplate
from formdigits.model_store import ModelStore
from formdigits.model_version import Manifest
from submit_ui.parts import Parts
from submit_ui.shapes import Json


def forecast_of(form: FormTemplate, manifest: Manifest, max_error: float) -> Forecast:
    """The forecast for one model version.

    Raises:
        NotFound: there is nothing to say of this form.
    """
    found = forecast(form, manifest.calibration, max_error, model_version=manifest.version)
    if found is None:
        raise NotFound(f"there is no forecast for {form.ref}: it has no digits, or its model was never measured")
    return found


def forecast_of_job(parts: Parts, ref: str, max_error: float) -> Forecast | None:
    """The forecast beside a job; None where there is none, whatever the reason."""
    try:
        return forecast_of(parts.forms.get(ref), in_service(parts.models), max_error)
    except FormdigitsError:
        return None


def in_service(models: ModelStore) -> Manifest:
    """What is known of the version that reads.

    Raises:
        NotFound: there is none.
    """
    version = models.current()
    if version is None:
        raise NotFound("no model is in service; publish one with `formdigits models publish FILE`")
    return _manifest(models, version)


@lru_cache(maxsize=8)
def _manifest(models: ModelStore, version: str) -> Manifest:
    return models.manifest(version)  # a version never changes


def forecast_json(found: Forecast) -> Json:
    """A forecast with its fields."""
    fields = [field._asdict() for field in found.fields]
    return found._asdict() | {"fields": fields, "sentence": sentence(found)}


def sentence(found: Forecast) -> str:
    """A forecast for a person."""
    return (
        f"Of 100 filled-in pages about {amount(found.page_review)} will have a field to look at;"
        f" about {amount(found.field_review)} fields in 100."
    )


def amount(share: float) -> str:
    """A share as a number of 100, as exactly as a forecast is."""
    return f"{100 * share:.0f}" if share >= 0.095 or not share else f"{100 * share:.1f}"
