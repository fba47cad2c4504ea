"""Which sheets of a job are whole: missing, duplicate and blank pages, by form and serial number.

A sheet is one filled-in copy of a form; the codes on its pages have one serial number.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

from formdigits.ledger import PageRow
from formdigits.readings import Outcome, PageFailure, PageReading
from submit_ui.report_limits import MOST_COPIES, MOST_LISTED

BLANK_PAGE = "blank_page"
TABLE = "CREATE TABLE seen (form TEXT, serial TEXT, form_page INTEGER, page INTEGER, blank INTEGER)"

Json = dict[str, Any]


def report_sheets(rows: Iterable[PageRow], n_pages_of: Callable[[str], int | None]) -> Json:
    """Look through the pages of a job, in memory that does not grow with it: what was seen lies in a temporary file.

    Args:
        rows: all pages, in the order of their numbers.
        n_pages_of: how many pages a form has, by its `name@version`; None where it is gone.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as seen:  # no name: SQLite's own temporary file
        seen.execute("PRAGMA cache_size = -8000")
        seen.execute(TABLE)
        unread: Counter[str] = Counter()
        seen.execute("BEGIN")
        seen.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?)", _seen_in(rows, unread))
        seen.execute("COMMIT")
        seen.execute("CREATE INDEX by_sheet ON seen (form, serial, form_page)")
        refs = seen.execute("SELECT DISTINCT form FROM seen WHERE form IS NOT NULL").fetchall()
        forms = [_about_form(seen, ref, n_pages_of(ref)) for (ref,) in refs]
        return {
            "forms": forms,
            **_listed("missing_sheets", "n_missing_sheets", _missing_sheets(seen, forms)),
            **_listed("missing_pages", "n_missing_pages", _missing_pages(seen, forms)),
            **_listed("duplicates", "n_duplicates", _duplicates(seen)),
            **_listed("blank", "n_blank", _blank(seen)),
            "n_failed": unread["failed"],
            "n_waiting": unread["waiting"] + unread["cancelled"],
        }


def _seen_in(rows: Iterable[PageRow], unread: Counter[str]) -> Iterator[tuple[str | None, str | None, int, int, bool]]:
    """What goes into the table; pages that say nothing of their sheet are counted by their state."""
    for row in rows:
        if isinstance(row.result, PageReading):
            yield row.result.form, row.result.serial, row.result.page, row.number, is_blank(row.result)
        elif isinstance(row.result, PageFailure) and row.result.code == BLANK_PAGE:
            yield None, None, 0, row.number, True
        else:
            unread[row.state] += 1


def is_blank(reading: PageReading) -> bool:
    """Whether nothing was written on the page, as far as its fields say."""
    written = [field for field in reading.fields if field.kind != "image"]
    return bool(written) and all(field.outcome is Outcome.BLANK for field in written)


def _about_form(seen: sqlite3.Connection, ref: str, n_form_pages: int | None) -> Json:
    of_pages = dict(seen.execute("SELECT form_page, count(*) FROM seen WHERE form = ? GROUP BY form_page", [ref]))
    query = "SELECT count(DISTINCT serial), min(serial), max(serial) FROM seen WHERE form = ?"
    n_sheets, first, last = seen.execute(query, [ref]).fetchone()
    known = n_form_pages or max(of_pages)
    return {
        "form": ref,
        "n_pages": sum(of_pages.values()),
        "n_form_pages": known,
        "n_of_each": [of_pages.get(number, 0) for number in range(1, known + 1)],
        "n_sheets": n_sheets,
        "first_serial": first,
        "last_serial": last,
    }


def _missing_sheets(seen: sqlite3.Connection, forms: list[Json]) -> Iterator[Json]:
    """Serial numbers between the first and the last one of which there is no page."""
    for form in forms:
        query = "SELECT DISTINCT serial FROM seen WHERE form = ? AND serial IS NOT NULL ORDER BY length(serial), serial"
        for (before,), (after,) in pairwise(seen.execute(query, [form["form"]])):
            if gap := _between(before, after):
                first, last = gap
                yield {"form": form["form"], "first": first, "last": last, "n": int(last) - int(first) + 1}


def _missing_pages(seen: sqlite3.Connection, forms: list[Json]) -> Iterator[Json]:
    """Pages of sheets of which others are there."""
    query = "SELECT serial, group_concat(DISTINCT form_page) FROM seen WHERE form = ? AND serial IS NOT NULL"
    for form in forms:
        for serial, there in seen.execute(f"{query} GROUP BY serial ORDER BY length(serial), serial", [form["form"]]):
            lacking = set(range(1, form["n_form_pages"] + 1)) - set(map(int, there.split(",")))
            if lacking:
                yield {"form": form["form"], "serial": serial, "form_pages": sorted(lacking), "n": len(lacking)}


def _between(before: str, after: str) -> tuple[str, str] | None:
    """The first and the last serial number that are left out between two; they count where they are numbers."""
    if not (before.isdecimal() and after.isdecimal()) or int(after) - int(before) < 2:
        return None
    return str(int(before) + 1).zfill(len(before)), str(int(after) - 1).zfill(len(after))


def _duplicates(seen: sqlite3.Connection) -> Iterator[Json]:
    """Pages that are there more than once; without a serial number nobody can tell."""
    sheets = "SELECT form, serial, form_page FROM seen WHERE serial IS NOT NULL"
    copies = f"SELECT page FROM seen WHERE form = ? AND serial = ? AND form_page = ? LIMIT {MOST_COPIES}"  # noqa: S608 a number
    for form, serial, form_page in seen.execute(f"{sheets} GROUP BY form, serial, form_page HAVING count(*) > 1"):
        pages = sorted(page for (page,) in seen.execute(copies, [form, serial, form_page]))
        yield {"form": form, "serial": serial, "form_page": form_page, "pages": pages}


def _blank(seen: sqlite3.Connection) -> Iterator[Json]:
    """Pages on which nothing is written, and those that did not even show a form."""
    query = "SELECT form, serial, form_page, page FROM seen WHERE blank ORDER BY page"
    for form, serial, form_page, page in seen.execute(query):
        yield {"form": form, "serial": serial, "form_page": form_page or None, "page": page}


def _listed(name: str, n_name: str, found: Iterator[Json]) -> Json:
    """The first of them, and how many they are."""
    listed: list[Json] = []
    n = 0
    for one in found:
        n += one.get("n", 1)
        if len(listed) < MOST_LISTED:
            listed.append(one)
    return {n_name: n, name: listed}
