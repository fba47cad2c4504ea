"""From the facts of all pages to the figures: registration, fields, blank boxes, and what failures share."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bench.forms.pages import FORMS, STRANGE
from bench.forms.reading import Facts

FAR_OFF_MM = 1.0
"""A page that is laid this far from its place was read in the wrong one, which is worse than an error."""
BOXES = 8
MIN_PAGES = 15
"""An effect that happened to fewer pages says nothing."""


def figures(pages: Sequence[Facts]) -> dict[str, Any]:
    """Everything that the pages say."""
    forms = [page for page in pages if page["set"] == FORMS]
    strangers = [page for page in pages if page["set"] == STRANGE]
    return {
        "registration": registration(forms),
        "strangers": refusals(strangers),
        "fields of 8 boxes": fields(whole_fields(forms)),
        "free fields": fields(free_fields(forms)),
        "blank boxes": blank_boxes(forms),
        "by effect": by_group(forms, effects_of),
        "by design": by_group(forms, lambda page: [page["design"]]),
    }


def registration(pages: Sequence[Facts]) -> dict[str, Any]:
    """How many pages were laid on their form, and how well."""
    passed = [page for page in pages if page["error"] is None]
    off_mm = sorted(page["off_mm"] for page in passed)
    return {
        "pages": len(pages),
        "passed": len(passed),
        "misplaced": sum(page["worst_mm"] > FAR_OFF_MM for page in passed),
        "errors": dict(Counter(page["error"] for page in pages if page["error"])),
        "median_mm": statistics.median(off_mm) if off_mm else None,
        "p99_mm": off_mm[int(0.99 * (len(off_mm) - 1))] if off_mm else None,
        "worst_mm": max((page["worst_mm"] for page in passed), default=None),
        "median_residual_mm": statistics.median(page["residual_mm"] for page in passed) if passed else None,
    }


def refusals(pages: Sequence[Facts]) -> dict[str, Any]:
    """What became of the pages that are not the form."""
    return {
        "pages": len(pages),
        "false passes": sum(page["error"] is None for page in pages),
        "of": dict(Counter(f"{stranger_of(page)} as {page['design']}" for page in pages if page["error"] is None)),
        "errors": dict(Counter(page["error"] for page in pages if page["error"])),
    }


def stranger_of(page: Facts) -> str:
    """What a stranger was."""
    return next(name for name in page["effects"] if name.startswith("stranger: ")).removeprefix("stranger: ")


def whole_fields(pages: Iterable[Facts]) -> list[Facts]:
    """Fields of 8 boxes with a digit in each."""
    found = [field for page in pages for field in page.get("fields", ()) if not field["free"]]
    return [field for field in found if len(field["truth"]) == BOXES and "_" not in field["truth"]]


def free_fields(pages: Iterable[Facts]) -> list[Facts]:
    """Fields without boxes."""
    return [field for page in pages for field in page.get("fields", ()) if field["free"]]


def fields(found: Sequence[Facts]) -> dict[str, Any]:
    """How many fields are right, all of them and those that were accepted."""
    accepted = [field for field in found if field["outcome"] == "accepted"]
    digits = [
        (true, read)
        for field in found
        if len(field["truth"]) == len(field["text"])
        for true, read in zip(field["truth"], field["text"], strict=True)
    ]
    return {
        "n": len(found),
        "right": sum(map(is_right, found)),
        "accepted": len(accepted),
        "wrong among accepted": sum(not is_right(field) for field in accepted),
        "digits": len(digits),
        "digits right": sum(true == read for true, read in digits),
    }


def is_right(field: Facts) -> bool:
    """Whether every character is as it was written."""
    return bool(field["text"] == field["truth"])


def blank_boxes(pages: Iterable[Facts]) -> dict[str, int]:
    """Blank boxes that were read as blank, and inked ones that were taken for blank."""
    found = [field for page in pages for field in page.get("fields", ()) if not field["free"]]
    pairs = [pair for field in found for pair in zip(field["truth"], field["text"], strict=True)]
    return {
        "blank": sum(true == "_" for true, _ in pairs),
        "blank as blank": sum(true == "_" == read for true, read in pairs),
        "inked": sum(true != "_" for true, _ in pairs),
        "inked as blank": sum(true != "_" == read for true, read in pairs),
    }


def effects_of(page: Facts) -> list[str]:
    """The effects of a page; strengths that span a wide range are split."""
    effects = page["effects"]
    names = [name for name in effects if name not in ("dpi", "stretch", "shear", "skew", "jpeg")]
    names += [f"{effects['dpi']:.0f} dpi", "skew over 2°" if abs(effects["skew"]) > 2 else "skew up to 2°"]
    return names + (["jpeg up to 60" if effects["jpeg"] <= 60 else "jpeg over 60"] if "jpeg" in effects else [])


def by_group(pages: Sequence[Facts], groups_of: Any) -> dict[str, Any]:
    """Of every group of pages: how many were refused, how many fields of 8 are wrong, which boxes are mistaken."""
    groups: dict[str, list[Facts]] = {}
    for page in pages:
        for name in groups_of(page):
            groups.setdefault(name, []).append(page)
    return {name: in_short(some) for name, some in sorted(groups.items()) if len(some) >= MIN_PAGES}


def in_short(pages: Sequence[Facts]) -> dict[str, Any]:
    """A few figures of some pages."""
    boxes, whole = blank_boxes(pages), fields(whole_fields(pages))
    off_mm = [page["off_mm"] for page in pages if page["error"] is None]
    return {
        "pages": len(pages),
        "refused": sum(page["error"] is not None for page in pages),
        "median_mm": statistics.median(off_mm) if off_mm else None,
        "fields": whole["n"],
        "fields wrong": whole["n"] - whole["right"],
        "wrong among accepted": whole["wrong among accepted"],
        "blank not blank": boxes["blank"] - boxes["blank as blank"],
        "inked as blank": boxes["inked as blank"],
    }
