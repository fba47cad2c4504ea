"""roster."""

import sys
from collections.abc import Iterator
from typing import Any

import click

from submit_ui.commands.jobs import PAGES_FAILED, client
from submit_ui.commands.show import as_json_option, print_json, print_table

Json = dict[str, Any]


@click.command(epilog="\b\nExample:\n  formdigits roster 7c1e0a3b9d52")
@click.argument("job_id", metavar="JOB")
@as_json_option
def roster(*, job_id: str, as_json: bool) -> None:
    """Name who is on no page, on several pages, and the pages of nobody; exit 3 for the latter two."""
    with client() as page:
        found = page.roster(job_id)
    if as_json:
        print_json(found)
    else:
        for one in found["rosters"]:
            said = f"{one['n_there']} of the {one['n_lines']} lines of {one['file']} are there"
            click.echo(f"{one['form']}, {one['field']}: {said}", err=True)
        print_table(("what", "field", "line", "where"), lines_of(found))
        if unread := found["n_failed"] + found["n_waiting"]:
            click.echo(f"{unread} pages were not read; who is on no page may be among them", err=True)
    if any(one["n_twice"] or one["n_without"] for one in found["rosters"]):
        sys.exit(PAGES_FAILED)


def lines_of(found: Json) -> Iterator[list[str]]:
    """One for each line or page that is not as it should be, and one for each line that is on no page."""
    for one in found["rosters"]:
        for copies in one["twice"]:
            yield ["twice", one["field"], copies["line"], f"pages {', '.join(map(str, copies['pages']))}"]
        for page in one["without"]:
            yield ["nobody", one["field"], "" if page["blank"] else page["text"], f"page {page['page']}"]
        for line in one["absent"]:
            yield ["absent", one["field"], line, ""]
