"""Who of a roster is there: the lines that no page of a job has, those that several have, and the pages without one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from formdigits.ledger import PageRow
from formdigits.readings import FieldReading, Outcome, PageReading
from submit_ui.report_limits import MOST_COPIES, MOST_LISTED

Json = dict[str, Any]


class Listed(NamedTuple):
    """A roster whose lines are there once in a job."""

    file: str
    values: frozenset[str]


Rosters = Mapping[str, Listed]
"""Of one form, by the name of the field."""


class Tally:
    """What was seen of one field, in memory that grows with its roster and not with the job."""

    def __init__(self, listed: Listed) -> None:
        self.listed = listed
        self.pages_of: dict[str, list[int]] = {}
        self.without: list[Json] = []
        self.n_without = 0

    def see(self, number: int, reading: FieldReading) -> None:
        """Take one page in."""
        if reading.value in self.listed.values:
            pages = self.pages_of.setdefault(str(reading.value), [])
            if len(pages) < MOST_COPIES:
                pages.append(number)
            return
        self.n_without += 1
        if len(self.without) < MOST_LISTED:
            self.without.append({"page": number, "text": reading.text, "blank": reading.outcome is Outcome.BLANK})

    def report(self, form: str, field: str) -> Json:
        """As scripts see it."""
        absent = sorted(self.listed.values - self.pages_of.keys())
        twice = [{"line": line, "pages": pages} for line, pages in sorted(self.pages_of.items()) if len(pages) > 1]
        return {
            "form": form,
            "field": field,
            "file": self.listed.file,
            "n_lines": len(self.listed.values),
            "n_there": len(self.pages_of),
            "n_absent": len(absent),
            "absent": absent[:MOST_LISTED],
            "n_twice": len(twice),
            "twice": twice[:MOST_LISTED],
            "n_without": self.n_without,
            "without": self.without,
        }


def report_rosters(rows: Iterable[PageRow], rosters_of: Callable[[str], Rosters], expected: Sequence[str] = ()) -> Json:
    """Look through the pages of a job.

    Args:
        rows: all pages, in the order of their numbers.
        rosters_of: the rosters of a form, by its `name@version`.
        expected: forms whose rosters are reported also when no page is of them.
    """
    tallies: dict[str, dict[str, Tally]] = {}
    unread: dict[str, int] = defaultdict(int)

    def tallies_of(ref: str) -> dict[str, Tally]:
        if ref not in tallies:
            tallies[ref] = {field: Tally(listed) for field, listed in rosters_of(ref).items()}
        return tallies[ref]

    for ref in expected:
        tallies_of(ref)
    for row in rows:
        if not isinstance(row.result, PageReading):
            unread["n_failed" if row.state == "failed" else "n_waiting"] += 1
            continue
        of_form = tallies_of(row.result.form)
        for reading in row.result.fields:
            if reading.name in of_form:
                of_form[reading.name].see(row.number, reading)
    reports = [tally.report(ref, field) for ref, of_form in tallies.items() for field, tally in of_form.items()]
    return {"rosters": reports, "n_failed": unread["n_failed"], "n_waiting": unread["n_waiting"]}
