"""The figures as a table in Markdown: each beside what is asked of it, then what failed by effect and by form."""

from typing import Any

Row = tuple[str, str, str, bool | None]
"""What was measured, the figure, what is asked of it, and whether that is so; None where nothing is asked."""


def report(found: dict[str, Any]) -> str:
    """All tables."""
    rows = [*registration_rows(found), *field_rows(found), *blank_rows(found), *cost_rows(found.get("cost"))]
    parts = [table(("measured", "found", "asked", ""), [(a, b, c, verdict(d)) for a, b, c, d in rows])]
    parts += [effect_table("effect", found["by effect"]), effect_table("form", found["by design"])]
    passes = found["strangers"]["of"]
    if passes:
        parts.append(table(("false pass", "pages"), [(name, str(n)) for name, n in passes.items()]))
    return "\n\n".join(parts) + "\n"


def verdict(holds: bool | None) -> str:  # noqa: FBT001 it is what is told
    """One word."""
    return "" if holds is None else "yes" if holds else "**no**"


def registration_rows(found: dict[str, Any]) -> list[Row]:
    """How pages are laid on their forms."""
    here, strangers = found["registration"], found["strangers"]
    share = here["passed"] / max(1, here["pages"])
    errors = ", ".join(f"{name} {n}" for name, n in here["errors"].items()) or "none"
    rows: list[Row] = [
        (f"pages registered, of {here['pages']:,}", f"{share:.2%}", "at least 99.5 %", share >= 0.995),
        ("pages refused, by error", errors, "", None),
        ("pages read in the wrong place, more than 1 mm off", str(here["misplaced"]), "0", here["misplaced"] == 0),
    ]
    if here["passed"]:
        rows += [
            (
                "distance from the true place, median",
                f"{here['median_mm']:.3f} mm",
                "under 0.2 mm",
                here["median_mm"] < 0.2,
            ),
            ("  99th of 100 pages", f"{here['p99_mm']:.3f} mm", "", None),
            ("  the worst corner of any field", f"{here['worst_mm']:.3f} mm", "", None),
            ("residual as the reader tells it, median", f"{here['median_residual_mm']:.3f} mm", "", None),
        ]
    n, passes = strangers["pages"], strangers["false passes"]
    return [*rows, (f"false passes, of {n:,} pages that are not the form", str(passes), "0", passes == 0)]


def field_rows(found: dict[str, Any]) -> list[Row]:
    """How fields are read."""
    rows: list[Row] = []
    for name, least in (("fields of 8 boxes", 0.97), ("free fields", None)):
        here = found[name]
        if not here["n"]:
            continue
        right, accepted = here["right"] / here["n"], here["accepted"]
        asked = f"at least {least:.0%}" if least else ""
        rows += [
            (
                f"{name}, whole and right, none rejected, of {here['n']:,}",
                f"{right:.2%}",
                asked,
                right >= least if least else None,
            ),
            ("  accepted under an error budget of 0.5 %", f"{accepted / here['n']:.2%}", "", None),
            ("  wrong among the accepted", f"{here['wrong among accepted'] / max(1, accepted):.3%}", "", None),
            ("  digits right", f"{here['digits right'] / max(1, here['digits']):.3%}", "", None),
        ]
    return rows


def blank_rows(found: dict[str, Any]) -> list[Row]:
    """How blank boxes are told from inked ones."""
    here = found["blank boxes"]
    blank = here["blank as blank"] / max(1, here["blank"])
    inked = here["inked as blank"] / max(1, here["inked"])
    return [
        (f"blank boxes read as blank, of {here['blank']:,}", f"{blank:.3%}", "at least 99.9 %", blank >= 0.999),
        (f"inked boxes read as blank, of {here['inked']:,}", f"{inked:.4%}", "under 0.05 %", inked < 0.0005),
    ]


def cost_rows(cost: dict[str, float] | None) -> list[Row]:
    """What a page costs."""
    if not cost:
        return []
    peak, large = cost["peak_mb"], cost["large_peak_mb"]
    return [
        ("an A4 page at 300 dpi in colour with 100 boxes, all in", f"{cost['page_ms']:.0f} ms", "", None),
        (f"  decoding its JPEG of {cost['jpeg_kb']:,.0f} kB alone", f"{cost['decode_ms']:.0f} ms", "", None),
        ("  decoding it with OpenCV", f"{cost['opencv_decode_ms']:.0f} ms", "", None),
        ("  all in : decoding", f"{cost['times']:.2f}", "at most 3", cost["times"] <= 3),
        ("most memory of a process that reads such pages", f"{peak:.0f} MB", "under 700 MB", peak < 700),
        ("  pages at 600 dpi in colour", f"{large:.0f} MB", "under 700 MB", large < 700),
    ]


def effect_table(title: str, groups: dict[str, Any]) -> str:
    """What failed in each group of pages."""
    head = (
        title,
        "pages",
        "refused",
        "median off, mm",
        "fields of 8 wrong",
        "wrong but accepted",
        "blank as ink",
        "ink as blank",
    )
    rows = [
        (
            name,
            str(one["pages"]),
            str(one["refused"]),
            "" if one["median_mm"] is None else f"{one['median_mm']:.3f}",
            f"{one['fields wrong']} of {one['fields']}",
            str(one["wrong among accepted"]),
            str(one["blank not blank"]),
            str(one["inked as blank"]),
        )
        for name, one in groups.items()
    ]
    return table(head, rows)


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
