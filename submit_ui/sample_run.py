"""The shipped samples through the whole product: submitted, read, shown field by field, compared with their truth."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from formdigits.shipped import shipped_folder
from submit_ui.client import SubmitClient

MOST_MISREAD = 1
"""Of about a hundred accepted fields, as the default error budget of one in a hundred has it."""
COLOURS = {"accepted": "green", "blank": "dim", "review": "yellow", "unreadable": "red"}


class Score(NamedTuple):
    """How the samples were read."""

    n_pages: int = 0
    n_failed: int = 0
    n_fields: int = 0
    n_review: int = 0
    n_misread: int = 0
    """Fields that were accepted, or called blank, and are wrong."""
    n_digits: int = 0
    n_digits_right: int = 0

    def __add__(self, other: "Score") -> "Score":  # type: ignore[override] # a sum of counts, not a longer tuple
        return Score(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def good(self) -> bool:
        """Whether every page was read, and no more was accepted wrongly than the error budget allows."""
        return self.n_failed == 0 and self.n_misread <= MOST_MISREAD and self.n_pages > 0


def read_samples(client: SubmitClient, console: Console) -> Score:
    """Submit the sample pages and the sample digits, print each field, and count what is wrong."""
    score = Score()
    for folder in (shipped_folder("samples"), shipped_folder("samples") / "digits"):
        truth = json.loads((folder / "truth.json").read_text())
        score += _read_folder(client, console, folder, truth)
    share = score.n_digits_right / max(score.n_digits, 1)
    console.print(
        f"[bold]{score.n_pages} scans, {score.n_fields} fields:[/] {score.n_misread} misread, "
        f"{score.n_review} for review, {score.n_failed} pages failed; "
        f"{score.n_digits_right} of {score.n_digits} digits right ({share:.2%})"
    )
    return score


def _read_folder(client: SubmitClient, console: Console, folder: Path, truth: dict[str, Any]) -> Score:
    files = [folder / name for name in truth["pages"]]
    job_id = client.submit(files, form=truth["form"])
    bar = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*bar, console=console, transient=True) as progress:
        task = progress.add_task(f"reading {len(files)} scans of {truth['form']}", total=len(files))
        client.wait(job_id, timeout_s=300, on_progress=lambda job: _advance(progress, task, job))
    table = Table(
        "scan", "field", "reading", "confidence", "outcome", "truth", title=truth["form"], title_justify="left"
    )
    score = Score()
    for page in client.results(job_id):
        score += _show_page(table, page, truth["pages"][Path(page["name"]).name])
    console.print(table)
    return score


def _advance(progress: Progress, task: Any, job: dict[str, Any]) -> None:
    progress.update(task, completed=job["n_read"] + job["n_failed"])


def _show_page(table: Table, page: dict[str, Any], truth: dict[str, str]) -> Score:
    name = Path(page["name"]).name
    if page["error"]:
        table.add_row(name, "", "", "", f"[red]{page['error']['code']}[/]", "")
        return Score(n_pages=1, n_failed=1)
    fields = (_show_field(table, name, field, truth[field["name"]]) for field in page["fields"])
    return sum(fields, Score(n_pages=1))


def _show_field(table: Table, page_name: str, field: dict[str, Any], truth: str) -> Score:
    outcome, right = field["outcome"], field["text"] == truth
    mark = "" if right else f"[red]{truth}[/]"
    colour = COLOURS[outcome]
    shown = f"[{colour}]{outcome}[/]"
    table.add_row(page_name, field["name"], field["text"], f"{field['confidence']:.4f}", shown, mark)
    pairs = list(_digit_pairs(field["text"], truth))
    return Score(
        n_fields=1,
        n_review=outcome in ("review", "unreadable"),
        n_misread=outcome in ("accepted", "blank") and not right,
        n_digits=len(pairs),
        n_digits_right=sum(read == true for read, true in pairs),
    )


def _digit_pairs(text: str, truth: str) -> Iterator[tuple[str, str]]:
    """What was read and what is true, for the boxes that hold a digit."""
    return ((read, true) for read, true in zip(text, truth, strict=True) if true.isdigit())
