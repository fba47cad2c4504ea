"""How pages are read, step by step.  Start here."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import structlog
from billiard.exceptions import SoftTimeLimitExceeded

from formdigits.arrays import CROP_SHAPE, DigitBatch, DigitCrop, GreyPage
from formdigits.digit_crop import normalise, paper_is_light
from formdigits.errors import FormTemplateInvalid, PageError, ServerUnreachable, UnknownForm
from formdigits.form_template import Field, FormTemplate
from formdigits.geometry import Box, to_scan_px
from formdigits.messages import Chunk, PageRef
from formdigits.readings import CellReading, FieldReading, PageFailure, PageReading, PageResult
from formdigits.scan import decode
from worker import metrics
from worker.cells import cut_cells
from worker.decision import BLANK_CELL, Polygon, decide, decide_together, read_cells
from worker.model_in_service import Classifier
from worker.registration import register

log = structlog.get_logger(__name__)


class Scans(Protocol):
    """Where the bytes of a scan come from."""

    def read_many(self, paths: Iterable[str]) -> Iterable[bytes | PageError]: ...


class Forms(Protocol):
    """Where form templates come from."""

    def get(self, name: str) -> FormTemplate: ...


class CutField(NamedTuple):
    """One field, cut from its page."""

    field: Field
    crops: list[DigitCrop | None]
    """One a box; None where it is blank."""
    polygon_px: Polygon


class CutPage(NamedTuple):
    """One page, ready for the network."""

    number: int
    form: FormTemplate
    fields: list[CutField]
    residual_mm: float | None


def read_chunks(
    chunks: Sequence[Chunk], *, forms: Forms, scans: Scans, classifier: Classifier
) -> dict[int, dict[int, PageResult]]:
    """Read chunks, of one job or of several, all their digits in one batch.

    A page that cannot be read ends with its own failure, and the others go on.

    Returns:
        The result of every page, by chunk id and page number.

    Raises:
        ServerUnreachable: the scans cannot be fetched for now; that is no fault of any page.
    """
    results: dict[int, dict[int, PageResult]] = {chunk.chunk_id: {} for chunk in chunks}
    with metrics.stage("read"):
        cut = _cut_all(chunks, forms, scans, results)
    with metrics.stage("network"):
        crops = _batch([cut_one for _, cut_one in cut])
        probabilities = classifier.predict(crops)
    metrics.batch(len(crops))
    with metrics.stage("decide"):
        cells = iter(read_cells(probabilities))
        for chunk, cut_one in cut:
            decided = [_decided(field, cells, chunk.max_error, classifier) for field in cut_one.fields]
            fields = decide_together(cut_one.form, decided)
            results[chunk.chunk_id][cut_one.number] = PageReading(
                form=cut_one.form.ref, model_version=classifier.version, fields=fields, residual_mm=cut_one.residual_mm
            )
    return results


def _cut_all(
    chunks: Sequence[Chunk], forms: Forms, scans: Scans, results: dict[int, dict[int, PageResult]]
) -> list[tuple[Chunk, CutPage]]:
    """Cut every page that can be cut; how the others failed goes into the results."""
    form_named = cache(forms.get)
    pages = [(chunk, page) for chunk in chunks for page in chunk.pages]
    cut: list[tuple[Chunk, CutPage]] = []
    for (chunk, page), data in zip(pages, scans.read_many(page.path for _, page in pages), strict=True):
        try:
            cut.append((chunk, cut_page(page.number, _found(data), form_named(chunk.form))))
        except (SoftTimeLimitExceeded, ServerUnreachable):
            raise
        except Exception as error:  # noqa: BLE001 no page may take the others with it
            results[chunk.chunk_id][page.number] = _failure(chunk, page, error)
    return cut


def _found(data: bytes | PageError) -> bytes:
    if isinstance(data, PageError):
        raise data
    return data


def cut_page(number: int, data: bytes, form: FormTemplate) -> CutPage:
    """Take a scan to its digit crops: decode, register on the form template, cut the cells, normalise.

    Raises:
        PageError: the page cannot be read, and why.
    """
    page = decode(data)
    if form.is_image:
        return CutPage(number, form, [_whole_image(page, form.fields[0])], residual_mm=None)
    registration = register(page, form)
    fields = [
        CutField(
            field,
            [normalise(cell) for cell in cut_cells(page, field, registration)],
            _polygon(to_scan_px(field.box.corners, registration.homography)),
        )
        for field in form.fields
    ]
    return CutPage(number, form, fields, round(registration.residual_mm, 3))


def _whole_image(image: GreyPage, field: Field) -> CutField:
    """The field of a form without corner marks: the image is its one cell."""
    height, width = image.shape
    corners = Box(0.0, 0.0, float(width), float(height)).corners
    return CutField(field, [normalise(paper_is_light(image))], corners)


def _batch(pages: Sequence[CutPage]) -> DigitBatch:
    crops = [crop for page in pages for field in page.fields for crop in field.crops if crop is not None]
    return np.stack(crops) if crops else np.zeros((0, *CROP_SHAPE), np.float32)


def _decided(field: CutField, inked: Iterator[CellReading], max_error: float, classifier: Classifier) -> FieldReading:
    cells = [BLANK_CELL if crop is None else next(inked) for crop in field.crops]
    return decide(field.field, cells, max_error=max_error, thresholds=classifier, polygon_px=field.polygon_px)


def _failure(chunk: Chunk, page: PageRef, error: Exception) -> PageFailure:
    if isinstance(error, PageError | UnknownForm | FormTemplateInvalid):
        return PageFailure(code=error.code, message=str(error))
    log.error("page failed unexpectedly", job_id=chunk.job_id, page_number=page.number, exc_info=error)
    return PageFailure(code=PageError.code, message="an unexpected error; the worker's log has it under this page")


def _polygon(points_px: npt.NDArray[np.float64]) -> Polygon:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points_px)
