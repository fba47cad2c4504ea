"""Reading drawn pages as a worker decides them."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from bench.joint_decoding.pages import Page
from formdigits.calibration import Thresholds
from formdigits.form_template import FormTemplate
from formdigits.readings import FieldReading
from worker.decision import decide, decide_together

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class ReadPage(NamedTuple):
    """Fields, as they are written and as they are read."""

    texts: tuple[str, ...]
    fields: tuple[FieldReading, ...]
    cpu_s: float


def read_pages(
    form: FormTemplate,
    pages: Sequence[Page],
    max_error: float,
    thresholds: Thresholds,
    roster: frozenset[str] | None = None,
) -> list[ReadPage]:
    """Decide every field alone, and then those of a page together.

    Args:
        form: of all pages.
        pages: to be read.
        max_error: error budget.
        thresholds: of the model version that read the boxes.
        roster: the values that a field of the form may have; None where it names no roster.
    """
    read = []
    for page in pages:
        started = time.process_time()
        alone = [
            decide(field, cells, max_error=max_error, thresholds=thresholds, polygon_px=CORNERS, roster=roster)
            for field, cells in zip(form.fields, page.cells, strict=True)
        ]
        fields = decide_together(form, alone, max_error=max_error, thresholds=thresholds)
        read.append(ReadPage(page.texts, fields, time.process_time() - started))
    return read
