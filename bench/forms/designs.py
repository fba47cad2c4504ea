"""The forms that the bench prints, fills in and reads: one of every kind of boxes and of registration."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml

from bench.forms.blank_sheets import reference_picture
from formdigits.arrays import GreyPage
from formdigits.errors import UnknownForm
from formdigits.form_template import FormTemplate, parse_form
from samples.simulator.laying import A4, LETTER

Size = tuple[float, float]
INSET_MM, MARK_MM = 14.0, 10.0
"""From the edge of the paper to the middle of a mark, and a mark's side."""
BOX_MM = (7.0, 9.0)
FIRST_ROW_MM, ROW_MM = 64.0, 24.0
SHARES = {
    "separate": 0.34,
    "adjoining": 0.14,
    "comb": 0.1,
    "letter": 0.1,
    "squares": 0.12,
    "features": 0.1,
    "free": 0.1,
}
"""Every design, and the share of pages that it has."""


@cache
def design(name: str) -> FormTemplate:
    """One of the forms, checked as any other form template."""
    if name == "letter":
        return make("letter", LETTER, rows("separate", 8))
    if name == "squares":
        return make("squares", A4, rows("separate", 8), method="squares")
    if name == "features":
        return make("features", A4, rows("separate", 8), method="features")
    if name == "hundred":
        return make("hundred", A4, rows("separate", 10, counts=(10, 0)))
    if name == "free":
        return make("free", A4, areas(8))
    return make(name, A4, rows(name, 8))


def stranger_of(name: str, kind: str) -> FormTemplate:
    """A form that is like a design and must not be taken for it: `other`, `without code` or `next version`."""
    form = design(name)
    if kind == "next version":
        return form.model_copy(update={"version": form.version + 1})
    size = (form.pages[0].size.width, form.pages[0].size.height)
    method = form.pages[0].registration.method
    fields = rows("separate", 6, first_mm=FIRST_ROW_MM + 9, title="Something else")
    return make(f"other-{name}", size, fields, method=method, has_code=kind == "other")


def rows(
    shape: str,
    n_rows: int,
    first_mm: float = FIRST_ROW_MM,
    title: str = "Number",
    counts: tuple[int, int] = (8, 4),
) -> list[dict[str, Any]]:
    """Fields with so many boxes at the left, and so many at the right."""
    row_mm = min(ROW_MM, 8 * ROW_MM / n_rows)
    pitch = BOX_MM[0] + (1.5 if shape == "separate" else 0)
    return [
        {
            "name": f"{side}_{row}",
            "title": f"{title} {row}{side[0]}",
            "boxes": {
                "origin": [left_mm, first_mm + row * row_mm],
                "size": list(BOX_MM),
                "pitch": pitch,
                "count": count,
                "shape": shape,
            },
        }
        for row in range(n_rows)
        for side, left_mm, count in (("left", 26, counts[0]), ("right", 120, counts[1]))
        if count
    ]


def areas(n_rows: int) -> list[dict[str, Any]]:
    """Fields without boxes, half of them of a known length."""
    return [
        {
            "name": f"area_{row}",
            "title": f"Amount {row}",
            "area": [26, FIRST_ROW_MM + row * ROW_MM, 80, 13],
            "length": 6 if row % 2 else [4, 8],
        }
        for row in range(n_rows)
    ]


def make(
    name: str, size: Size, fields: list[dict[str, Any]], *, method: str = "aruco", has_code: bool = True
) -> FormTemplate:
    """A form of one page."""
    width, height = size
    places = [(INSET_MM, INSET_MM), (width - INSET_MM, INSET_MM)]
    places += [(width - INSET_MM, height - INSET_MM), (INSET_MM, height - INSET_MM)]
    marks = [({"id": i} if method == "aruco" else {}) | {"at": list(place)} for i, place in enumerate(places)]
    registration = {"method": method} | ({} if method == "features" else {"mark_mm": MARK_MM, "marks": marks})
    page: dict[str, Any] = {"size": {"width": width, "height": height}, "registration": registration}
    if method == "features":
        page["reference"] = f"{name}.png"
    if has_code:
        page["identity"] = {"kind": "qr", "region": [width - 48, 24, 24, 24]}
    values = {"format": "forms/1", "id": f"bench-{name}", "version": 1, "title": f"Form {name}", **page}
    return parse_form(yaml.safe_dump(values | {"fields": fields}, sort_keys=False), name)


class BenchForms:
    """The shelf that the reader takes the forms from."""

    def __init__(self, names: Iterable[str]) -> None:
        self._forms = {design(name).ref: design(name) for name in names}

    def get(self, ref: str) -> FormTemplate:
        """The form with this reference."""
        if ref not in self._forms:
            raise UnknownForm(f"the bench has no form {ref!r}")
        return self._forms[ref]

    def reference(self, ref: str, page_number: int) -> GreyPage | None:
        """The picture of a blank page, edge to edge."""
        return reference_picture(self.get(ref)) if page_number == 1 else None

    def roster(self, ref: str, file: str) -> frozenset[str]:
        """No form of the bench has one."""
        raise UnknownForm(f"{ref} has no roster {file!r}")
