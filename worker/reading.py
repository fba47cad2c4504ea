"""How pages are read, step by step.  Start here."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
import structlog
from billiard.exceptions import SoftTimeLimitExceeded

from formdigits.arrays import CROP_SHAPE, DigitBatch, Probabilities
from formdigits.errors import FormTemplateInvalid, PageError, ServerUnreachable, UnknownForm
from formdigits.form_template import AUTO
from formdigits.messages import Chunk, PageRef
from formdigits.readings import CellReading, FieldReading, PageFailure, PageReading, PageResult
from worker import metrics
from worker.decision import BLANK_CELL, decide, decide_together, read_cells
from worker.free_field import decode
from worker.joint import Written
from worker.marks import decide_marks, image_reading
from worker.model_in_service import Classifier
from worker.page_cutting import CutField, CutPage, Forms, cut_page
from worker.second_opinion import SecondReader, asked

log = structlog.get_logger(__name__)


class Scans(Protocol):
    """Where the bytes of a scan come from."""

    def read_many(self, paths: Iterable[str]) -> Iterable[bytes | PageError]: ...


def read_chunks(
    chunks: Sequence[Chunk],
    *,
    forms: Forms,
    scans: Scans,
    classifier: Classifier,
    second: SecondReader | None = None,
) -> dict[int, dict[int, PageResult]]:
    """Read chunks, of one job or of several, all their digits in one batch.

    A page that cannot be read ends with its own failure, and the others go on.

    Args:
        chunks: what to read.
        forms: all form templates.
        scans: where the bytes of the pages come from.
        classifier: the network.
        second: another reader, which must agree before a field is accepted; None for none.

    Returns:
        The result of every page, by chunk id and page number.

    Raises:
        ServerUnreachable: the scans cannot be fetched for now; that is no fault of any page.
    """
    results: dict[int, dict[int, PageResult]] = {chunk.chunk_id: {} for chunk in chunks}
    with metrics.stage("read"):
        cut = _cut_all(chunks, forms, scans, results)
    for (chunk, page), reading in zip(cut, read_cut(cut, classifier, second), strict=True):
        results[chunk.chunk_id][page.number] = reading
    return results


def read_cut(
    cut: Sequence[tuple[Chunk, CutPage]], classifier: Classifier, second: SecondReader | None = None
) -> list[PageReading]:
    """Read pages whose digits are cut, all of them in one batch; arguments are those of `read_chunks`."""
    with metrics.stage("network"):
        crops = _batch([page for _, page in cut])
        probabilities = classifier.predict(crops)
    metrics.batch(len(crops))
    with metrics.stage("decide"):
        return _decide_all(cut, probabilities, classifier, second)


def _cut_all(
    chunks: Sequence[Chunk], forms: Forms, scans: Scans, results: dict[int, dict[int, PageResult]]
) -> list[tuple[Chunk, CutPage]]:
    """Cut every page that can be cut; how the others failed goes into the results."""
    form_named = cache(lambda name: None if name == AUTO else forms.get(name))
    pages = [(chunk, page) for chunk in chunks for page in chunk.pages]
    cut: list[tuple[Chunk, CutPage]] = []
    for (chunk, page), data in zip(pages, scans.read_many(page.path for _, page in pages), strict=True):
        try:
            cut.append((chunk, cut_page(page, _found(data), form_named(chunk.form), forms)))
        except (SoftTimeLimitExceeded, ServerUnreachable):
            raise
        except Exception as error:  # noqa: BLE001 no page may take the others with it
            results[chunk.chunk_id][page.number] = failure_of(chunk, page, error)
    return cut


def _found(data: bytes | PageError) -> bytes:
    if isinstance(data, PageError):
        raise data
    return data


def _batch(pages: Sequence[CutPage]) -> DigitBatch:
    crops = [crop for page in pages for field in page.fields for crop in field.crops if crop is not None]
    return np.stack(crops) if crops else np.zeros((0, *CROP_SHAPE), np.float32)


def _decide_all(
    cut: Sequence[tuple[Chunk, CutPage]],
    probabilities: Probabilities,
    classifier: Classifier,
    second: SecondReader | None,
) -> list[PageReading]:
    """Give every page its part of the batch, and decide its fields, each alone and then together."""
    cells, end = read_cells(probabilities), 0
    readings: list[PageReading] = []
    for chunk, page in cut:
        decided: list[FieldReading] = []
        for field in page.fields:
            start, end = end, end + field.n_crops
            decided.append(_decided(field, cells[start:end], probabilities[start:end], chunk.max_error, classifier))
        fields = decide_together(page.form, decided, max_error=chunk.max_error, thresholds=classifier)
        reading = PageReading(
            form=page.form.ref,
            model_version=classifier.version,
            fields=asked(second, page.fields, fields) if second else fields,
            page=page.page_number,
            serial=page.serial,
            residual_mm=page.residual_mm,
        )
        readings.append(reading)
    return readings


def _decided(
    cut: CutField,
    inked: Sequence[CellReading],
    probabilities: Probabilities,
    max_error: float,
    classifier: Classifier,
) -> FieldReading:
    """Decide one field by its kind.

    Args:
        cut: the field.
        inked: what the network says of its crops.
        probabilities: the same as numbers, shape (n, 11).
        max_error: error budget of the job.
        classifier: whose thresholds count.
    """
    if cut.field.kind == "image":
        return image_reading(cut.field, cut.polygon_px)
    if cut.field.kind == "mark":
        return decide_marks(cut.field, cut.marks, polygon_px=cut.polygon_px)
    written = None
    if cut.lattice is not None:
        reading = decode(cut.lattice, probabilities, cut.field.lengths)
        cells, written = reading.cells, Written(reading.text, reading.confidence)
    else:
        rest = iter(inked)
        cells = [BLANK_CELL if crop is None else next(rest) for crop in cut.crops]
    return decide(
        cut.field,
        cells,
        max_error=max_error,
        thresholds=classifier,
        polygon_px=cut.polygon_px,
        written=written,
        roster=cut.roster,
    )


def failure_of(chunk: Chunk, page: PageRef, error: Exception) -> PageFailure:
    """How a page ends that could not be read."""
    if isinstance(error, PageError | UnknownForm | FormTemplateInvalid):
        return PageFailure(code=error.code, message=str(error))
    log.error("page failed unexpectedly", job_id=chunk.job_id, page_number=page.number, exc_info=error)
    return PageFailure(code=PageError.code, message="an unexpected error; the worker's log has it under this page")
