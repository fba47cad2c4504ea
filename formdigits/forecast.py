"""How much of a job will go to review, said before it is read: from the held-out digits and the fields of its form.

It is for forms whose boxes are all filled in, by hands and on scans like the held-out ones.  Marks and images are left
out; fields that share rules are taken one by one.
"""

from typing import NamedTuple

import numpy as np

from formdigits.calibration import Calibration, least_for
from formdigits.constraints.weights import MOST_GAIN, WRITTEN_WRONG
from formdigits.form_template import Field, FormTemplate


class FieldForecast(NamedTuple):
    """One field of digits."""

    name: str
    n_digits: int
    max_error: float
    """The smaller one of its own error budget and the job's."""
    review: float
    """Share of filled-in ones that will go to review, 0 to 1."""


class Forecast(NamedTuple):
    """What a person will have to look at."""

    form: str
    model_version: str
    max_error: float
    page_review: float
    """Share of filled-in pages with at least one field to look at."""
    field_review: float
    """Share of all fields of digits."""
    fields: tuple[FieldForecast, ...]


def forecast(form: FormTemplate, calibration: Calibration, max_error: float, *, model_version: str) -> Forecast | None:
    """Say what will go to review; None where the form has no digits, or nothing was measured of the model.

    Args:
        form: whose copies will be read.
        calibration: of the model version that will read them.
        max_error: error budget of the job, above 0 and up to 1.
        model_version: named in the forecast.
    """
    digits = [field for field in form.fields if field.kind == "digits"]
    if not (digits and calibration.scans):
        return None
    kept = {field.name: _accepted(field, calibration, max_error) for field in digits}
    pages = [[kept[field.name] for field in digits if field.page == number] for number in {one.page for one in digits}]
    return Forecast(
        form=form.ref,
        model_version=model_version,
        max_error=max_error,
        page_review=float(np.mean([1 - np.prod(page, axis=0).mean() for page in pages])),
        field_review=float(1 - np.mean(list(kept.values()))),
        fields=tuple(
            FieldForecast(field.name, n_digits(field), field.budget(max_error), float(1 - kept[field.name].mean()))
            for field in digits
        ),
    )


def n_digits(field: Field) -> int:
    """How many digits a filled-in field has; of an area, as many as there may be."""
    return max(1, field.lengths[1])


def _accepted(field: Field, calibration: Calibration, max_error: float) -> np.ndarray:
    """The share of the field that is accepted, by the scan that its page is on; shape (scans,).

    A rule that few wrong readings keep makes a right one surer, so digits less sure will do.
    """
    limits = field.constraints
    confirmed = limits.check_digit is not None or limits.roster is not None
    if field.boxes is None and not confirmed:
        return np.zeros(len(calibration.scans))
    least = least_for(calibration, field.budget(max_error), n_digits(field))
    if not (confirmed or limits.date):
        return calibration.odds(n_digits(field)).by_scan(least)
    of_digits = least / (least + MOST_GAIN * (1 - least)) if least < 1 else least
    return (1 - WRITTEN_WRONG) * calibration.odds(n_digits(field)).by_scan(of_digits)
