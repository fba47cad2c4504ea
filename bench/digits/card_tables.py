"""The tables of the model card, from the figures of its parts."""

from collections.abc import Callable

from bench.digits.card_text import AS_FIRST_TEXT
from bench.digits.run import Figures
from bench.forms.report import table, verdict

Row = tuple[str, str, str, bool]
"""What was measured, the figure, what is asked of it, and whether that is so."""
MOST_ERROR_AT_REJECT = {"0": 0.0035, "0.01": 0.001, "0.05": 0.0002}
ASKED = {"0": "0.35 %", "0.01": "0.10 %", "0.05": "0.02 %"}
WORST_SHOWN = 4


def percent(share: float, places: int = 2) -> str:
    """A share as people read it."""
    return f"{100 * share:.{places}f} %"


def interval(found: Figures) -> str:
    """Accuracy with its interval."""
    return f"{percent(found['accuracy'])} ({100 * found['low']:.2f} to {100 * found['high']:.2f})"


def summary(measured: dict[str, Figures]) -> str:
    """Every target beside what was found, and where the model is weak."""
    rows = [row for name, rows_of in TARGETS.items() if name in measured for row in rows_of(measured[name])]
    lines = [(what, found, asked, verdict(holds)) for what, found, asked, holds in rows]
    text = "## In short\n\n" + table(("measured", "found", "asked", ""), lines)
    weak = [line for name, line_of in WEAKNESSES.items() if name in measured for line in line_of(measured[name])]
    return text + "\n\n**Known weaknesses**, as measured below:\n\n" + "\n".join(f"- {line}" for line in weak)


def mnist_targets(found: Figures) -> list[Row]:
    """Of MNIST."""
    rows: list[Row] = [("MNIST test", interval(found), "at least 99.65 %", found["accuracy"] >= 0.9965)]
    for share, most in MOST_ERROR_AT_REJECT.items():
        error = found["error_at_reject"][share]
        what = f"wrong among accepted, {100 * float(share):g} % rejected"
        rows.append((what, percent(error, 3), f"at most {ASKED[share]}", error <= most))
    return rows


def corruption_targets(found: Figures) -> list[Row]:
    """Of the corruptions."""
    mean, first = found["mean_error"], found["mean_error_as_first"]
    return [
        ("mean error over twelve corruptions at five strengths", percent(mean), "at most 3 %", mean <= 0.03),
        ("the same with three of them as strong as they were at first", percent(first), "at most 3 %", first <= 0.03),
    ]


def scan_targets(found: Figures) -> list[Row]:
    """Of the simulated scans."""
    error = found["calibration_error"]
    return [("calibration error on simulated scans", percent(error), "at most 1 %", error <= 0.01)]


def none_targets(found: Figures) -> list[Row]:
    """Of what is no digit."""
    rubbish, letters = (found["of"][name]["accepted"] for name in ("rubbish", "letters"))
    return [
        ("rubbish accepted, 1 % of digits rejected", percent(rubbish), "at most 3 %", rubbish <= 0.03),
        ("letters accepted, 1 % of digits rejected", percent(letters), "at most 25 %", letters <= 0.25),
    ]


def corruption_weaknesses(found: Figures) -> list[str]:
    """The corruptions that do most harm."""
    worst = sorted(found["of"], key=lambda one: -max(one["errors"]))[:WORST_SHOWN]
    text = ", ".join(f"{one['name']} ({percent(max(one['errors']), 1)} wrong)" for one in worst)
    return [f"corruptions at their worst: {text}"]


def scan_weaknesses(found: Figures) -> list[str]:
    """How often a box is misread."""
    return [f"on simulated scans {percent(1 - found['accuracy'])} of digits are read wrong"]


def hand_weaknesses(found: Figures) -> list[str]:
    """How often foreign hands are misread."""
    return [f"of foreign hands in coarse pixels {percent(1 - found['accuracy'])} of digits are read wrong"]


def none_weaknesses(found: Figures) -> list[str]:
    """What is taken for a digit most often."""
    by_kind = found["accepted by kind"]
    worst = sorted((kind for kind in by_kind if len(kind) > 1), key=lambda kind: -by_kind[kind])[:WORST_SHOWN]
    letters = [kind for kind in by_kind if len(kind) == 1 and by_kind[kind] > 0.5]
    return [
        "rubbish that is accepted most: " + ", ".join(f"{kind} ({percent(by_kind[kind], 0)})" for kind in worst),
        f"letters that are taken for digits more often than not: {' '.join(letters) or 'none'}",
    ]


def mnist_table(found: Figures) -> str:
    """One row: how a set of digits is read."""
    errors = found["error_at_reject"]
    rows = [
        (
            f"{found['n']:,}",
            interval(found),
            *(percent(errors[share], 3) for share in ASKED),
            percent(found["calibration_error"]),
        )
    ]
    head = ("digits", "right", "wrong, none rejected", "1 % rejected", "5 % rejected", "calibration error")
    return table(head, rows)


def scan_table(found: Figures) -> str:
    """The same, with what became of the pages."""
    pages = f"{found['pages']:,} pages, {found['unreadable']} of them could not be registered."
    return f"{mnist_table(found)}\n\n{pages}"


def corruption_table(found: Figures) -> str:
    """A row for each corruption."""
    head = ("corruption", "strengths", "1", "2", "3", "4", "5", "mean")
    parts = [
        table(head, [corruption_row(one) for one in found["of"]]),
        f"{found['n']:,} digits each; mean of all {percent(found['mean_error'])}.",
        AS_FIRST_TEXT,
        table(head, [corruption_row(one) for one in found["as_first"]]),
        f"Mean of all twelve with these three: {percent(found['mean_error_as_first'])}.",
    ]
    return "\n\n".join(parts)


def corruption_row(one: Figures) -> tuple[str, ...]:
    """One corruption at its strengths."""
    levels = ", ".join(f"{level:g}" for level in one["strengths"])
    mean = sum(one["errors"]) / len(one["errors"])
    return one["name"], f"{levels} {one['meaning']}", *map(percent, (*one["errors"], mean))


def none_table(found: Figures) -> str:
    """Rubbish and letters, together and by kind."""
    rows = [
        (name, f"{one['n']:,}", percent(one["accepted"]), f"{one['auroc']:.4f}") for name, one in found["of"].items()
    ]
    by_kind = found["accepted by kind"]
    kinds = ", ".join(f"{kind} {percent(by_kind[kind], 1)}" for kind in by_kind if len(kind) > 1)
    letters = ", ".join(f"{kind} {100 * by_kind[kind]:.0f}" for kind in by_kind if len(kind) == 1)
    text = table(("kind", "cells", "accepted", "AUROC beside digits"), rows)
    return f"{text}\n\nRubbish that is accepted: {kinds}.\n\nLetters, in percent: {letters}."


def reader_table(found: Figures) -> str:
    """A row for each reader, on clean cells and on worn ones."""
    tables = []
    for name in ("clean", "worn"):
        rows = [
            (
                reader["name"],
                f"{reader[name]['cells']['n']:,}",
                interval(reader[name]["cells"]),
                percent(reader[name]["cells"]["error_at_reject"]["0.05"]),
                f"{reader[name]['cells']['digits_per_s']:,.0f}",
                interval(reader[name]["fields"]),
                percent(reader[name]["fields"]["error_at_reject"]["0.05"]),
                f"{reader[name]['fields']['digits_per_s']:,.0f}",
            )
            for reader in found["of"]
        ]
        wrong = "wrong, 5 % rejected"
        head = (name, "cells", "cells right", wrong, "digits/s", "fields right", wrong, "digits/s")
        tables.append(table(head, rows))
    absent = f"Not installed when this was measured: {', '.join(found['missing'])}." if found["missing"] else ""
    return "\n\n".join([*tables, absent])


TARGETS: dict[str, Callable[[Figures], list[Row]]] = {
    "mnist": mnist_targets,
    "corruptions": corruption_targets,
    "scans": scan_targets,
    "none": none_targets,
}
WEAKNESSES: dict[str, Callable[[Figures], list[str]]] = {
    "corruptions": corruption_weaknesses,
    "scans": scan_weaknesses,
    "hands": hand_weaknesses,
    "none": none_weaknesses,
}
TABLES: dict[str, Callable[[Figures], str]] = {
    "mnist": mnist_table,
    "corruptions": corruption_table,
    "scans": scan_table,
    "hands": mnist_table,
    "none": none_table,
    "readers": reader_table,
}
