"""A form tried on some scans: how well each lies on it, and how large and how clean its boxes are."""

from typing import NamedTuple

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from formdigits.errors import PageError
from formdigits.form_template import FormShelf, FormTemplate
from formdigits.messages import Chunk, PageRef
from formdigits.readings import PageFailure, PageReading, PageResult
from formdigits.scan import decode_scan, to_grey
from worker.field_cut import FieldCuts, cut_fields, scale_at
from worker.model_in_service import Classifier
from worker.named_scans import OneScan
from worker.page_cutting import cut_page, cut_placed, whole_image
from worker.placing import Placed, place
from worker.reading import failure_of, read_chunks, read_cut
from worker.registration import Registration
from worker.second_opinion import SecondReader

INK_IS_DARKER_THAN = 160
"""Grey, of a field on white paper without its lines."""
LEAST_INK_PX = 3
"""So many dark pixels of a box are writing, and no speck."""


class Means(NamedTuple):
    """What pages are read with, where no job says it."""

    forms: FormShelf
    classifier: Classifier
    max_error: float
    """Error budget."""
    second: SecondReader | None = None


class Tried(NamedTuple):
    """What became of it."""

    name: str
    result: PageResult
    grey: GreyPage | None = None
    """None where it could not be decoded."""
    registration: Registration | None = None
    px_per_mm: float = 0.0
    cell_px: float = 0.0
    """The short side of the smallest box for a digit; 0 where there are none."""
    n_inked: int = 0
    """Boxes for digits that have ink."""
    n_touching: int = 0
    """And those of them whose strokes come to the printed line."""


def try_scan(scan: OneScan, form: FormTemplate, means: Means) -> Tried:
    """Read one page as a worker would, and look at how it lies on the form."""
    chunk, page = alone(scan, form, means)
    grey = None
    try:
        data = bytes_of(scan)
        colours = decode_scan(data)
        grey = to_grey(colours)
        placed = place(page, colours, form, means.forms)
        cut = cut_page(page, data, form, means.forms) if whole_image(form) else cut_placed(page, placed, means.forms)
        [result] = read_cut([(chunk, cut)], means.classifier, means.second)
    except Exception as error:  # noqa: BLE001 no page may take the others with it
        return Tried(scan.name, failure_of(chunk, page, error), grey)
    return seen_on(placed, Tried(scan.name, result, grey, placed.registration))


def seen_on(placed: Placed, tried: Tried) -> Tried:
    """Add what is seen of a page and its boxes."""
    colours, form, registration, _ = placed
    page = form.pages[registration.page_number - 1]
    boxed = [field for field in form.fields_on(registration.page_number) if field.kind == "digits" and field.boxes]
    touching = [box_edges(cuts) for cuts in cut_fields(colours, boxed, registration, page)]
    px_per_mm = scale_at(page.box, registration.homography)
    side_mm = min((min(cell.width, cell.height) for field in boxed for cell in field.cells), default=0.0)
    n_inked, n_touching = (sum(counts) for counts in zip(*touching, strict=True)) if touching else (0, 0)
    return tried._replace(px_per_mm=px_per_mm, cell_px=side_mm * px_per_mm, n_inked=n_inked, n_touching=n_touching)


def read_one(scan: OneScan, form: FormTemplate, means: Means) -> PageReading | PageFailure:
    """The reading of one page."""

    class This:
        def read_many(self, _paths: object) -> list[bytes | PageError]:
            return [scan.data]

    chunk, _ = alone(scan, form, means)
    read = read_chunks([chunk], forms=means.forms, scans=This(), classifier=means.classifier, second=means.second)
    return read[0][1]


def alone(scan: OneScan, form: FormTemplate, means: Means) -> tuple[Chunk, PageRef]:
    """A job of one page."""
    page = PageRef(number=1, path=f"/{scan.name}")
    return Chunk(job_id="", chunk_id=0, form=form.ref, max_error=means.max_error, pages=(page,)), page


def bytes_of(scan: OneScan) -> bytes:
    """The bytes of a scan.  Raises the PageError that it has instead."""
    if isinstance(scan.data, PageError):
        raise scan.data
    return scan.data


def box_edges(cuts: FieldCuts) -> tuple[int, int]:
    """How many boxes of fields have ink, and on how many of these it comes to the box's line."""
    n_inked = n_touching = 0
    for white in cuts.white:
        dark = white < INK_IS_DARKER_THAN
        for rows, columns in cuts.boxes:
            if np.count_nonzero(dark[rows, columns]) < LEAST_INK_PX:
                continue
            n_inked += 1
            edge = np.zeros(white.shape, np.uint8)
            cv2.rectangle(edge, (columns.start, rows.start), (columns.stop - 1, rows.stop - 1), (1,), 3)
            n_touching += int(np.count_nonzero((edge > 0) & dark) >= LEAST_INK_PX)
    return n_inked, n_touching
