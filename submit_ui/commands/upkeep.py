"""purge, rebuild, and tokens list|add|remove."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from submit_ui.commands.jobs import client
from submit_ui.commands.show import as_json_option, job_line, print_json, print_table, progress_shown

if TYPE_CHECKING:
    from submit_ui.client import SubmitClient

UNITS_S = {"min": 60, "h": 3600, "d": 86_400}


class Age(click.ParamType[float]):
    """An age such as `30d`, in seconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        given = re.fullmatch(r"(\d+)(min|h|d)", str(value))
        if not given:
            self.fail(f"{value!r} is no age; write it as 30d, 12h or 45min", param, ctx)
        return float(given[1]) * UNITS_S[given[2]]


@click.command(epilog="\b\nExample:\n  formdigits purge --older-than 30d")
@click.argument("job_id", required=False, metavar="[JOB]")
@click.option("--older-than", type=Age(), metavar="AGE", help="All jobs that ended longer ago: 30d, 12h, 45min.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json_option
def purge(*, job_id: str | None, older_than: float | None, yes: bool, as_json: bool) -> None:
    """Remove ended jobs for ever: their readings, and the uploads that no other job has."""
    if (job_id is None) == (older_than is None):
        raise click.UsageError("name a JOB, or give --older-than")
    with client() as page:
        if job_id:
            what, job_ids = job_line(page.status(job_id)), [job_id]
        else:
            job_ids = page.purgeable(older_than or 0)
            what = f"{len(job_ids)} jobs that ended so long ago, or whose submitting broke off then"
        if job_ids and not yes:
            click.confirm(f"{what}\nRemove for ever?", abort=True, err=True)
        n_pages = remove(page, job_ids)
    if as_json:
        print_json({"n_jobs": len(job_ids), "n_pages": n_pages})
    else:
        click.echo(f"{len(job_ids)} jobs with {n_pages} pages are gone")


def remove(page: "SubmitClient", job_ids: Sequence[str]) -> int:
    """Purge jobs one by one, and return how many pages went."""
    from formdigits.errors import NotFound

    n_pages = 0
    with progress_shown("purging") as show:
        for number, job_id in enumerate(job_ids, 1):
            try:
                n_pages += page.purge(job_id)
            except NotFound:
                if len(job_ids) == 1:
                    raise  # among many, one may go by itself meanwhile
            show(number, len(job_ids), f"{n_pages} pages")
    return n_pages


@click.command(epilog="\b\nExample:\n  formdigits rebuild")
@as_json_option
def rebuild(*, as_json: bool) -> None:
    """Send everything that waits again, after the broker was wiped or replaced; harmless at any time."""
    with client() as page:
        made = page.rebuild()
    if as_json:
        print_json(made)
    else:
        click.echo(
            f"{made['n_chunks']} chunks wait again, {made['n_messages']} messages sent; the rest follows as usual"
        )


@click.command("list", epilog="\b\nExample:\n  formdigits tokens list")
@as_json_option
def listing(*, as_json: bool) -> None:
    """List the tokens beside the operator's."""
    with client() as page:
        found = page.tokens()
    if as_json:
        print_json(found)
    else:
        rows = ([one["name"], one["scope"], str(one["quota"] or ""), one["created_at"]] for one in found)
        print_table(("name", "scope", "quota", "made"), rows)


@click.command(epilog="\b\nExample:\n  formdigits tokens add archive --scope submit --quota 100000")
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(["read", "submit", "admin"]),
    default="submit",
    show_default=True,
    help="read: look at its own jobs; submit: make and steer them too; admin: everything.",
)
@click.option("--quota", type=click.IntRange(1), metavar="PAGES", help="Most pages that it may have waiting.")
@as_json_option
def add(*, name: str, scope: Literal["read", "submit", "admin"], quota: int | None, as_json: bool) -> None:
    """Make a token for somebody else, and print it, the only time that it is seen."""
    with client() as page:
        token = page.add_token(name, scope=scope, quota=quota)
    if as_json:
        print_json({"name": name, "scope": scope, "quota": quota, "token": token})
    else:
        click.echo(token)
        click.echo(f"This is the only time that the token of {name} is shown.", err=True)


@click.command("remove", epilog="\b\nExample:\n  formdigits tokens remove archive")
@click.argument("name")
def remove_token(*, name: str) -> None:
    """Have a token open nothing any more; its jobs stay."""
    with client() as page:
        page.remove_token(name)
    click.echo(f"the token of {name} opens nothing any more")
