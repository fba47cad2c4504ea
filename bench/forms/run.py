"""Draws and reads all pages in two processes; every page is a line of JSON, so that a run can be broken off."""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.forms.designs import BenchForms
from bench.forms.keepsakes import keep
from bench.forms.pages import FORMS, STRANGE, draw
from bench.forms.reading import Facts, facts_of, read_pages
from formdigits.model_version import DEFAULT_MODEL

PAGES_AT_ONCE = 8


class Plan(NamedTuple):
    """What a run draws and where it keeps it."""

    seed: int
    n_forms: int
    n_strangers: int
    designs: tuple[str, ...]
    folder: Path
    n_processes: int

    @property
    def file(self) -> Path:
        """One line of JSON a page."""
        return self.folder / f"pages-{self.seed}.jsonl"

    def numbers(self) -> list[tuple[str, int]]:
        """Every page, by set and number."""
        forms = [(FORMS, number) for number in range(self.n_forms)]
        return forms + [(STRANGE, number) for number in range(self.n_strangers)]


def run(plan: Plan) -> list[Facts]:
    """Read what has not been read, and return the facts of all pages of the plan."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    done = {(facts["set"], facts["number"]): facts for facts in read_lines(plan.file)}
    left = [page for page in plan.numbers() if page not in done]
    with plan.file.open("a") as file:
        for facts in read_in_processes(plan, left):
            file.write(json.dumps(facts) + "\n")
            file.flush()
            done[facts["set"], facts["number"]] = facts
    return [done[page] for page in plan.numbers()]


def read_lines(file: Path) -> Iterator[Facts]:
    """The pages that an earlier run has read; a line that was cut short is read again."""
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def read_in_processes(plan: Plan, left: Sequence[tuple[str, int]]) -> Iterator[Facts]:
    """Draw and read pages, with a bar that shows how many are done."""
    batches = [left[start : start + PAGES_AT_ONCE] for start in range(0, len(left), PAGES_AT_ONCE)]
    if not batches:
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    spawn = multiprocessing.get_context("spawn")  # threads do not survive a fork
    with Progress(*columns) as progress, spawn.Pool(plan.n_processes) as pool:
        bar = progress.add_task("pages", total=len(left))
        for batch in pool.imap_unordered(read_batch, [(plan, batch) for batch in batches]):
            yield from batch
            progress.advance(bar, len(batch))


class Reader:
    """Draws and reads; one a process."""

    def __init__(self, plan: Plan) -> None:
        """Load the network: in the child, where it is used."""
        import cv2  # noqa: PLC0415

        from worker.digit_classifier import DigitClassifier  # noqa: PLC0415

        cv2.setNumThreads(1)
        self._plan, self._forms = plan, BenchForms(plan.designs)
        self._classifier = DigitClassifier(DEFAULT_MODEL, n_threads=1)

    def read(self, batch: Sequence[tuple[str, int]]) -> list[Facts]:
        """Draw and read some pages, and keep pictures of what went wrong."""
        pages = [draw(name, number, self._plan.seed, self._plan.designs) for name, number in batch]
        results = read_pages(pages, self._forms, self._classifier)
        facts = [facts_of(page, result) for page, result in zip(pages, results, strict=True)]
        for page, one in zip(pages, facts, strict=True):
            keep(self._plan.folder / "failed", page, one)
        return facts


@cache
def reader(plan: Plan) -> Reader:
    """The reader of this process, ready after the first call."""
    return Reader(plan)


def read_batch(task: tuple[Plan, Sequence[tuple[str, int]]]) -> list[Facts]:
    """What a process of the pool is asked for."""
    plan, batch = task
    return reader(plan).read(batch)
