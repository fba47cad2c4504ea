"""Cutting fields as a worker does, for tests that look at their cells."""

from collections.abc import Sequence

from formdigits.arrays import GreyPage, Scan
from formdigits.form_template import Field, FormPage
from worker.cells import cells_of, lightest_ink
from worker.field_cut import cut_fields
from worker.registration import Registration


def cut_cells(
    scan: Scan, field: Field, registration: Registration, *, form_page: FormPage | None = None
) -> list[GreyPage]:
    """The cells of one field."""
    [cells] = cut_page_cells(scan, [field], registration, form_page=form_page)
    return cells


def cut_page_cells(
    scan: Scan, fields: Sequence[Field], registration: Registration, *, form_page: FormPage | None = None
) -> list[list[GreyPage]]:
    """The cells of several fields of one page, which were written with one pen."""
    cuts = cut_fields(scan, fields, registration, form_page)
    lightest = lightest_ink(cuts)
    found = {
        field.name: cells
        for alike in cuts
        for field, cells in zip(alike.fields, cells_of(alike, lightest), strict=True)
    }
    return [found[field.name] for field in fields]
