"""What is good and bad about a form, by some scans of it, and what to change."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from statistics import fmean, median
from typing import Any, NamedTuple

from formdigits.form_template import FormTemplate
from formdigits.readings import FieldReading, Outcome, PageFailure, PageReading
from worker.form_scans import Tried

MM_PER_INCH = 25.4
GOOD_DPI = 190
"""A scan at 200 dpi has a little less where the form is printed smaller."""
GOOD_CELL_PX = 36
"""A box of 6 mm at 150 dpi; with fewer pixels the network sees less than it was trained on."""
GOOD_RESIDUAL_MM = 0.3
MOST_TOUCHING = 0.15
"""A larger share of digits that come to the line of their box says that the boxes are small."""
LARGE_BOX_MM = 8
"""Larger boxes make people write larger."""
GOOD_FIELD = 0.97
ENOUGH_SCANS = 5


class FieldFigures(NamedTuple):
    """One field over all scans."""

    name: str
    n: int
    """Scans that it was read on."""
    blank: float
    """The share on which it is blank."""
    review: float
    """The share that a person must look at."""
    accuracy: float | None
    """How often the whole field is right, as its cells' confidences have it; None where it is never filled in."""


class Findings(NamedTuple):
    """All that was measured."""

    form: str
    n_scans: int
    n_read: int
    failures: dict[str, int]
    residual_mm: tuple[float, float] | None
    """Median and worst; None where nothing was registered."""
    marks: tuple[int, int]
    """Found, and that should have been there, over all scans that were read."""
    dpi: float | None
    """Median; as if the form was printed at its true size."""
    cell_px: float | None
    """The smallest box on the worst scan."""
    touching: float | None
    """The share of digits whose strokes come to the line of their box."""
    fields: tuple[FieldFigures, ...]


def examine(form: FormTemplate, tried: Sequence[Tried]) -> Findings:
    """Put together what was seen on the scans."""
    read = [one for one in tried if isinstance(one.result, PageReading)]
    residuals = [one.registration.residual_mm for one in read if one.registration and one.registration.n_marks]
    n_inked = sum(one.n_inked for one in read)
    return Findings(
        form=form.ref,
        n_scans=len(tried),
        n_read=len(read),
        failures=dict(Counter(one.result.code for one in tried if isinstance(one.result, PageFailure))),
        residual_mm=(round(median(residuals), 3), round(max(residuals), 3)) if residuals else None,
        marks=marks_of(form, read),
        dpi=round(median(one.px_per_mm for one in read) * MM_PER_INCH) if read else None,
        cell_px=round(min(one.cell_px for one in read)) if read and any(one.cell_px for one in read) else None,
        touching=round(sum(one.n_touching for one in read) / n_inked, 3) if n_inked else None,
        fields=tuple(field_figures(read)),
    )


def marks_of(form: FormTemplate, read: Sequence[Tried]) -> tuple[int, int]:
    """How many marks were found, and how many there are."""
    placed = [one.registration for one in read if one.registration]
    with_marks = [one for one in placed if form.pages[one.page_number - 1].registration.marks]
    n_there = sum(len(form.pages[one.page_number - 1].registration.marks) for one in with_marks)
    return sum(one.n_marks for one in with_marks), n_there


def field_figures(read: Sequence[Tried]) -> Iterator[FieldFigures]:
    """Every field, over all scans."""
    readings: dict[str, list[FieldReading]] = defaultdict(list)
    for one in read:
        if isinstance(one.result, PageReading):
            for reading in one.result.fields:
                if reading.kind != "image":
                    readings[reading.name].append(reading)
    for name, found in readings.items():
        filled = [reading for reading in found if reading.outcome is not Outcome.BLANK]
        n_review = sum(reading.outcome in (Outcome.REVIEW, Outcome.UNREADABLE) for reading in found)
        accuracy = round(fmean(reading.confidence for reading in filled), 4) if filled else None
        blank = round(1 - len(filled) / len(found), 3)
        yield FieldFigures(name, len(found), blank, round(n_review / len(found), 3), accuracy)


def advise(form: FormTemplate, found: Findings) -> list[str]:
    """What to change, what matters most first."""
    return [*page_advice(found), *box_advice(form, found), *field_advice(found)]


def page_advice(found: Findings) -> Iterator[str]:
    """How the scans lie on the form."""
    for code, n in sorted(found.failures.items()):
        yield f"{n} of {found.n_scans} scans could not be read: {code}; see their own lines"
    n_found, n_there = found.marks
    if n_found < n_there:
        yield f"{n_there - n_found} of {n_there} marks were not found: keep them 8 mm from the edge and free of writing"
    if found.residual_mm and found.residual_mm[1] > GOOD_RESIDUAL_MM:
        worst = found.residual_mm[1]
        yield f"the worst scan is off by {worst:.2f} mm: print at 100 % and scan the sheets flat"
    if found.dpi and found.dpi < GOOD_DPI:
        yield f"the scans have about {found.dpi} dpi: scan at 200 dpi or more"
    if found.n_scans < ENOUGH_SCANS:
        yield f"{found.n_scans} scans say little: fill in {ENOUGH_SCANS} to 20 sheets, by several people"


def box_advice(form: FormTemplate, found: Findings) -> Iterator[str]:
    """How the writing lies in the boxes."""
    sides = [min(cell.width, cell.height) for field in form.fields if field.kind == "digits" for cell in field.cells]
    if not sides:
        return
    side = min(sides)
    if found.touching is not None and found.touching > MOST_TOUCHING:
        mend = f"make them {max(6, ceil(side + 1))} mm" if side < LARGE_BOX_MM else "ask people to stay within"
        yield f"{found.touching:.0%} of the digits come to the line of their box, boxes are {side:g} mm: {mend}"
    if found.cell_px and found.cell_px < GOOD_CELL_PX:
        yield f"the boxes have {found.cell_px} pixels, and {GOOD_CELL_PX} are needed: scan finer, or make them larger"


def field_advice(found: Findings) -> Iterator[str]:
    """What is read badly, or not at all."""
    for field in found.fields:
        if field.accuracy is None and field.n >= ENOUGH_SCANS:
            yield f"field {field.name} is blank on all {field.n} scans: does it stand where the form has it?"
        elif field.accuracy is not None and field.accuracy < GOOD_FIELD:
            mend = "add a check digit, a range or a roster, and see the contact sheet"
            yield f"field {field.name}: {field.accuracy:.1%} are expected to be right: {mend}"


def as_json(found: Findings, advice: Sequence[str], tried: Sequence[Tried]) -> dict[str, Any]:
    """For programs."""
    fields = [field._asdict() for field in found.fields]
    return found._asdict() | {"fields": fields, "advice": list(advice), "scans": [scan_json(one) for one in tried]}


def scan_json(one: Tried) -> dict[str, Any]:
    """One scan."""
    failure = one.result if isinstance(one.result, PageFailure) else None
    placed = one.registration
    return {
        "name": one.name,
        "error": {"code": failure.code, "message": failure.message} if failure else None,
        "residual_mm": round(placed.residual_mm, 3) if placed else None,
        "n_marks": placed.n_marks if placed else None,
        "dpi": round(one.px_per_mm * MM_PER_INCH) if placed else None,
    }
