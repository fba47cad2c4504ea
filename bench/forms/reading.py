"""Reads drawn pages as a worker does, in this process, and writes down what came out beside the truth."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from bench.forms.designs import BenchForms
from bench.forms.pages import Drawn
from formdigits.form_template import FormTemplate
from formdigits.geometry import to_scan_px
from formdigits.messages import Chunk, PageRef
from formdigits.readings import FieldReading, PageFailure, PageReading, PageResult
from worker.model_in_service import Classifier
from worker.reading import read_chunks

MAX_ERROR = 0.005
"""The error budget of the bench's jobs, half the default one."""

Facts = dict[str, Any]
"""What is kept of a page: plain values for a line of JSON."""


class DrawnScans:
    """Scans that lie in memory."""

    def __init__(self, pages: Sequence[Drawn]) -> None:
        self._by_path = {path_of(page): page.data for page in pages}

    def read_many(self, paths: Iterable[str]) -> Iterable[bytes]:
        """The bytes of pages, in their order."""
        return (self._by_path[path] for path in paths)


def path_of(page: Drawn) -> str:
    """What the reader calls a page."""
    return f"/{page.set}/{page.number}"


def read_pages(pages: Sequence[Drawn], forms: BenchForms, classifier: Classifier) -> list[PageResult]:
    """Read pages of several forms in one batch of the network."""
    chunks = [
        Chunk(
            job_id="bench",
            chunk_id=i,
            form=page.form.ref,
            max_error=MAX_ERROR,
            pages=(PageRef(number=1, path=path_of(page)),),
        )
        for i, page in enumerate(pages)
    ]
    results = read_chunks(chunks, forms=forms, scans=DrawnScans(pages), classifier=classifier)
    return [results[i][1] for i in range(len(pages))]


def facts_of(page: Drawn, result: PageResult) -> Facts:
    """What came out of a page, beside its truth."""
    known: Facts = {"set": page.set, "number": page.number, "design": page.design, "effects": page.sheet.effects}
    if isinstance(result, PageFailure):
        return known | {"error": result.code, "message": result.message}
    if not page.truth:
        return known | {"error": None, "residual_mm": result.residual_mm}
    off_mm = offsets_mm(page, result)
    return known | {
        "error": None,
        "residual_mm": result.residual_mm,
        "off_mm": round(float(np.sqrt((off_mm**2).mean())), 4),
        "worst_mm": round(float(off_mm.max()), 4),
        "fields": [field_facts(page.form, field, page.truth) for field in result.fields if field.name in page.truth],
    }


def field_facts(form: FormTemplate, reading: FieldReading, truth: dict[str, str]) -> Facts:
    """One field: what stands there, what was read, and what became of it."""
    field = next(field for field in form.fields if field.name == reading.name)
    return {
        "name": reading.name,
        "free": not field.cells,
        "truth": truth[reading.name],
        "text": reading.text,
        "outcome": reading.outcome.value,
        "confidence": reading.confidence,
    }


def offsets_mm(page: Drawn, result: PageReading) -> np.ndarray:
    """How far the corners of all fields lie from where they truly are, in millimetres of the form, shape (n,)."""
    to_mm = np.linalg.inv(page.sheet.homography)
    by_name = {field.name: field.box.corners for field in page.form.fields}
    found = np.concatenate([to_scan_px(field.polygon_px, to_mm) for field in result.fields])
    true = np.concatenate([np.array(by_name[field.name]) for field in result.fields])
    return np.asarray(np.linalg.norm(found - true, axis=1))
