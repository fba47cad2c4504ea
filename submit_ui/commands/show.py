"""How commands print: tables for people on a terminal, plain lines into a pipe, JSON for programs."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Json = dict[str, Any]
LINE_EVERY_S = 2.0

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """As one indented document."""
    click.echo(json.dumps(value, indent=2))


def print_json_list(values: Iterable[Json]) -> None:
    """A list of any length, one value a line, in constant memory."""
    separator = "["
    for value in values:
        click.echo(f"{separator}{json.dumps(value)}", nl=False)
        separator = ",\n "
    click.echo("]" if separator != "[" else "[]")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned and coloured on a terminal, separated by tabs elsewhere; a long table goes there as it comes."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0)  # the first names the thing: it is copied into the next command
    for row in rows:
        table.add_row(*(styled(cell) for cell in row))
    Console().print(table)


def styled(cell: str) -> Any:
    """The words that matter in their colour."""
    from rich.text import Text

    colours = {"accepted": "green", "done": "green", "ok": "green", "review": "yellow", "unreadable": "red"}
    colours |= {
        "failed": "red",
        "bad": "red",
        "running": "cyan",
        "paused": "yellow",
        "open": "yellow",
        "current": "green",
        "blank": "dim",
    }
    return Text(cell, style=colours.get(cell, ""))


def job_line(job: Json) -> str:
    """A job in one line."""
    line = f"job {job['id']}: {job['state']}, {job['n_read']} of {job['n_pages']} pages read"
    line += f", {job['n_accepted']} fields accepted, {job['n_review']} to review"
    return line + (f", {job['n_failed']} pages failed" if job["n_failed"] else "")


class Shown(Protocol):
    """Progress that somebody looks at."""

    def __call__(self, done: int, of: int, remark: str = "") -> None:
        """Show how far it is."""

    def say(self, remark: str) -> None:
        """Show a remark beside how far it was."""


@contextmanager
def progress_shown(what: str) -> Iterator[Shown]:
    """Show progress as a bar on a terminal, else as a line now and then."""
    if sys.stderr.isatty():
        with _bar(what) as show:
            yield show
    else:
        yield _Lines(what)


@contextmanager
def _bar(what: str) -> Iterator[Shown]:
    from rich import progress
    from rich.console import Console

    columns = ("{task.description}", progress.BarColumn(), progress.MofNCompleteColumn(), "{task.fields[remark]}")
    with progress.Progress(*columns, progress.TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        yield _Bar(bars, bars.add_task(what, total=None, remark=""))


class _Bar:
    """Progress on a terminal."""

    def __init__(self, bars: "Progress", task: "TaskID") -> None:
        self._bars = bars
        self._task = task

    def __call__(self, done: int, of: int, remark: str = "") -> None:
        self._bars.update(self._task, completed=done, total=of, remark=remark)

    def say(self, remark: str) -> None:
        self._bars.update(self._task, remark=remark)


class _Lines:
    """Progress into a file or a log: a line at the end, and one every few seconds before."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last_at = 0.0
        self._last = ""

    def __call__(self, done: int, of: int, remark: str = "") -> None:
        line = f"{self._what}: {done} of {of} {remark}".rstrip()
        now = time.monotonic()
        if line != self._last and (done == of or now - self._last_at > LINE_EVERY_S):
            click.echo(line, err=True)
            self._last, self._last_at = line, now

    def say(self, remark: str) -> None:
        click.echo(f"{self._what}: {remark}", err=True)
