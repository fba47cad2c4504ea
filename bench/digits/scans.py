"""Cells of simulated scans: forms are drawn, filled in, scanned and cut as a worker cuts them."""

import numpy as np

from bench.digits.run import Figures, Run, classifier, in_processes
from bench.forms.designs import SHARES, BenchForms
from bench.forms.pages import FORMS, draw
from formdigits.arrays import N_CLASSES, NOT_A_DIGIT
from formdigits.errors import PageError
from formdigits.messages import PageRef
from worker.page_cutting import cut_page

DESIGNS = tuple(name for name in SHARES if name != "free")
"""Forms with boxes."""
SEED_OF_PAGES = 505
"""Added to the seed of the run: the pages are not those of `make bench-forms`."""
DIGITS_A_PAGE = 70
"""About as many are written on one."""
MOST_PAGES = 150

Cells = tuple[np.ndarray, np.ndarray]
"""Probabilities of shape (n, 11) and labels of shape (n,)."""


def read_scans(run: Run) -> tuple[Cells, Figures]:
    """Read pages; what was in their boxes and what of it was read, and how many pages that were."""
    n_pages = min(MOST_PAGES, -(-run.n_digits // DIGITS_A_PAGE))
    found = list(in_processes("scans", read_page, [(number, run.seed) for number in range(n_pages)], run))
    pages = [page for page in found if page is not None]
    cells = np.concatenate([page[0] for page in pages]), np.concatenate([page[1] for page in pages])
    return cells, {"pages": n_pages, "unreadable": n_pages - len(pages)}


def read_page(task: tuple[int, int]) -> Cells | None:
    """Draw, cut and read the boxes of one page that hold a digit; None where the page cannot be read."""
    number, seed = task
    page = draw(FORMS, number, seed + SEED_OF_PAGES, DESIGNS)
    try:
        cut = cut_page(PageRef(number=1, path="/page"), page.data, page.form, BenchForms(DESIGNS))
    except PageError:
        return None
    written = [
        (crop, int(sign))
        for field in cut.fields
        if field.field.name in page.truth
        for crop, sign in zip(field.crops, page.truth[field.field.name], strict=True)
        if sign != "_"
    ]
    probabilities = np.zeros((len(written), N_CLASSES), np.float32)
    probabilities[:, NOT_A_DIGIT] = 1.0  # a digit that was taken for a blank box is not read
    inked = [row for row, (crop, _) in enumerate(written) if crop is not None]
    if inked:
        probabilities[inked] = classifier().predict(np.stack([written[row][0] for row in inked]))
    return probabilities, np.array([label for _, label in written], np.int64)
