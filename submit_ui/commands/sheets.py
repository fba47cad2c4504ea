"""sheets."""

import sys
from collections.abc import Iterator
from typing import Any

import click

from submit_ui.commands.jobs import PAGES_FAILED, client
from submit_ui.commands.show import as_json_option, print_json, print_table

Json = dict[str, Any]


@click.command(epilog="\b\nExample:\n  formdigits sheets 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def sheets(*, job_id: str, as_json: bool) -> None:
    """Name missing, duplicate and blank pages, by form and serial number; exit 3 when there are any."""
    with client() as page:
        found = page.sheets(job_id)
    if as_json:
        print_json(found)
    else:
        for form in found["forms"]:
            click.echo(form_line(form), err=True)
        print_table(("what", "form", "serial", "where"), complaints(found))
        if unread := found["n_failed"] + found["n_waiting"]:
            click.echo(f"{unread} pages were not read; what is missing may be among them", err=True)
    if any(found[f"n_{what}"] for what in ("missing_sheets", "missing_pages", "duplicates", "blank")):
        sys.exit(PAGES_FAILED)


def form_line(form: Json) -> str:
    """A form in one line."""
    line = f"{form['form']}: {form['n_pages']} pages"
    if form["n_form_pages"] > 1:
        line += f" ({', '.join(map(str, form['n_of_each']))} of each)"
    if form["n_sheets"]:
        line += f", {form['n_sheets']} sheets from {form['first_serial']} to {form['last_serial']}"
    return line


def complaints(found: Json) -> Iterator[list[str]]:
    """A line for each thing that is not as it should be."""
    for gap in found["missing_sheets"]:
        serials = gap["first"] if gap["n"] == 1 else f"{gap['first']} to {gap['last']}"
        yield ["missing", gap["form"], serials, "the whole sheet" if gap["n"] == 1 else f"{gap['n']} whole sheets"]
    for sheet in found["missing_pages"]:
        yield ["missing", sheet["form"], sheet["serial"], f"page {numbers(sheet['form_pages'])} of the form"]
    for copies in found["duplicates"]:
        yield ["duplicate", copies["form"], copies["serial"], f"pages {numbers(copies['pages'])} of the job"]
    for blank in found["blank"]:
        yield ["blank", blank["form"] or "", blank["serial"] or "", f"page {blank['page']} of the job"]


def numbers(those: list[int]) -> str:
    """Separated by commas."""
    return ", ".join(map(str, those))
