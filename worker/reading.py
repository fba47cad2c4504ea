"""How pages are read, step by step.  Start here."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import structlog
from billiard.exceptions import SoftTimeLimitExceeded

from formdigits.arrays import CROP_SHAPE, DigitBatch, DigitCrop, GreyPage, Probabilities
from formdigits.digit_crop import normalise, paper_is_light
from formdigits.errors import PageError
from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import Box, to_scan_px
from formdigits.messages import PageRef
from formdigits.readings import FieldReading, PageFailure, PageReading, PageResult
from formdigits.scan import decode
from worker.cells import cut_cells
from worker.decision import Polygon, decide
from worker.model_in_service import Classifier
from worker.registration import register

log = structlog.get_logger(__name__)


class Scans(Protocol):
    """Where the bytes of a scan come from."""

    def read(self, path: str) -> bytes: ...


class CutField(NamedTuple):
    """One field, cut from its page."""

    name: str
    crops: list[DigitCrop | None]
    """One a box; None where it is blank."""
    polygon_px: Polygon


class CutPage(NamedTuple):
    """One page, ready for the network."""

    number: int
    fields: list[CutField]
    residual_mm: float | None


def read_pages(
    pages: Sequence[PageRef], form: FormTemplate, *, max_error: float, scans: Scans, classifier: Classifier
) -> dict[int, PageResult]:
    """Read pages of one form, all their digits in one batch.

    A page that cannot be read ends with its own failure, and the others go on.

    Returns:
        The result of every page, by its number.
    """
    cut: list[CutPage] = []
    results: dict[int, PageResult] = {}
    for page in pages:
        try:
            cut.append(cut_page(page.number, scans.read(page.path), form))
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001 no page may take the others with it
            results[page.number] = _failure(page, error)
    probabilities = iter(classifier.predict(_batch(cut)))
    for cut_one in cut:
        fields = tuple(_decided(field, probabilities, max_error, classifier) for field in cut_one.fields)
        results[cut_one.number] = PageReading(
            form=form.ref, model_version=classifier.version, fields=fields, residual_mm=cut_one.residual_mm
        )
    return results


def cut_page(number: int, data: bytes, form: FormTemplate) -> CutPage:
    """Take a scan to its digit crops: decode, register on the form template, cut the cells, normalise.

    Raises:
        PageError: the page cannot be read, and why.
    """
    page = decode(data)
    if form.registration.method == "none":
        return CutPage(number, [_whole_image(page, form.fields[0])], residual_mm=None)
    registration = register(page, form)
    fields = [
        CutField(
            field.name,
            [normalise(cell) for cell in cut_cells(page, field, registration)],
            _polygon(to_scan_px(field.box.corners, registration.homography)),
        )
        for field in form.fields
    ]
    return CutPage(number, fields, round(registration.residual_mm, 3))


def _whole_image(image: GreyPage, field: Field) -> CutField:
    """The field of a form without corner marks: the image is its one cell."""
    height, width = image.shape
    corners = Box(0.0, 0.0, float(width), float(height)).corners
    return CutField(field.name, [normalise(paper_is_light(image))], corners)


def _batch(pages: Sequence[CutPage]) -> DigitBatch:
    crops = [crop for page in pages for field in page.fields for crop in field.crops if crop is not None]
    return np.stack(crops) if crops else np.zeros((0, *CROP_SHAPE), np.float32)


def _decided(
    field: CutField, probabilities: Iterator[Probabilities], max_error: float, classifier: Classifier
) -> FieldReading:
    cells = [None if crop is None else next(probabilities) for crop in field.crops]
    return decide(field.name, cells, max_error=max_error, thresholds=classifier, polygon_px=field.polygon_px)


def _failure(page: PageRef, error: Exception) -> PageFailure:
    if isinstance(error, PageError):
        return PageFailure(code=error.code, message=str(error))
    log.error("page failed unexpectedly", page_number=page.number, exc_info=error)
    return PageFailure(code=PageError.code, message="an unexpected error; the worker's log has it under this page")


def _polygon(points_px: npt.NDArray[np.float64]) -> Polygon:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points_px)
