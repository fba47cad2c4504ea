"""What `formdigits top` shows: one frame, made of what was seen in the last seconds."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]

SEEN_S = 10.0
"""Rates are taken over so much time: chunks end hundreds of pages at once, and a rate that jumps tells nothing."""
LEVELS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 40
BAR_WIDTHS = (8, 30)
BESIDE_BAR = 108
"""Width of all the others."""
MOST_WORKERS = 8
ACTIVE = ("running", "paused", "open")
COLUMNS = {"job": 0, "form": 112, "state": 0, "": 0, "pages": 0, "pages/s": 0, "left": 0, "review": 96, "failed": 96}
"""What is told of a job, and the width of the terminal from which on there is room for it."""
STATES = {"running": "cyan", "paused": "yellow", "open": "yellow", "done": "green", "cancelled": "dim"}
TROUBLES = {
    "lease_expiries": "leases expired",
    "messages_resent": "sent again",
    "late_commits": "late commits",
    "chunks_split": "chunks split",
    "pages_lost": "pages lost",
}
"""Counters that stand still while all is well."""


class Snapshot(NamedTuple):
    """What was seen at one moment."""

    at_s: float
    """By a clock that only rises."""
    overview: Json
    jobs: list[Json]
    """Those that have not ended first, then the newest."""


class Seen:
    """The snapshots of the last seconds, and what they come to."""

    def __init__(self) -> None:
        self._snapshots: deque[Snapshot] = deque()
        self.speeds: deque[float] = deque(maxlen=SPARK_WIDTH)
        """Pages a second, from snapshot to snapshot."""

    @property
    def last(self) -> Snapshot:
        return self._snapshots[-1]

    def add(self, snapshot: Snapshot) -> None:
        """Take one more in, and forget the old ones."""
        self._snapshots.append(snapshot)
        if len(self._snapshots) > 1:
            before = self._snapshots[-2]
            self.speeds.append(_rate(before.at_s, _pages(before), snapshot.at_s, _pages(snapshot)))
        while len(self._snapshots) > 2 and snapshot.at_s - self._snapshots[1].at_s >= SEEN_S:
            self._snapshots.popleft()

    def rate(self, *counters: str) -> float:
        """By how much counters rise together, a second."""
        first, last = self._snapshots[0], self.last
        sums = [sum(one.overview["counters"][name] for name in counters) for one in (first, last)]
        return _rate(first.at_s, sums[0], last.at_s, sums[1])

    def risen(self, counter: str) -> int:
        """By how much a counter rose in the last seconds."""
        return int(self.last.overview["counters"][counter] - self._snapshots[0].overview["counters"][counter])

    def job_rate(self, job: Json) -> float:
        """Pages of one job that end in a second."""
        for snapshot in self._snapshots:
            for earlier in snapshot.jobs:
                if earlier["id"] == job["id"]:
                    return _rate(snapshot.at_s, _ended(earlier), self.last.at_s, _ended(job))
        return 0.0


def frame(seen: Seen, *, url: str, width: int, height: int, trouble: str | None = None) -> RenderableType:
    """Everything at once, as large as the terminal.

    Args:
        seen: at least one snapshot.
        url: of the page that was asked.
        width: characters in a line.
        height: lines.
        trouble: why there is nothing newer.
    """
    overview = seen.last.overview
    workers = overview["workers"]
    n_lines_for_jobs = height - 13 - min(len(workers), MOST_WORKERS + 1)
    return Group(
        _header(overview, url, trouble),
        Padding(_figures(seen), (1, 0)),
        Rule("jobs", style="dim", align="left"),
        _jobs(seen, width, max(3, n_lines_for_jobs)),
        Rule("workers", style="dim", align="left"),
        _workers(workers, overview["model"]),
        Rule("troubles", style="dim", align="left"),
        _troubles(seen),
    )


def _header(overview: Json, url: str, trouble: str | None) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    model = overview["model"] or "none"
    left = Text.assemble(("formdigits", "bold"), "  ", (url, "dim"), "  model ", (model, "magenta"))
    right = Text(trouble, style="bold red") if trouble else Text(f"{datetime.now():%H:%M:%S}", style="dim")  # noqa: DTZ005 the person's own time
    line.add_row(left, right)
    return line


def _figures(seen: Seen) -> RenderableType:
    overview = seen.last.overview
    pages = Text.assemble((number(seen.rate("pages_read", "pages_failed")), "bold green"), " pages/s  ")
    pages.append(spark(seen.speeds), style="green")
    digits = Text.assemble((number(seen.rate("digits_read")), "bold green"), " digits/s")
    in_flight = f" in flight ({number(overview['n_in_flight_messages'])} messages)"
    work = (
        Text.assemble((number(overview["n_waiting_pages"]), "bold"), " waiting"),
        Text.assemble((number(overview["n_in_flight_pages"]), "bold"), in_flight),
        Text.assemble("oldest job ", (duration(overview["oldest_waiting_s"]), "bold")),
    )
    return Group(Text("    ").join((pages, digits)), Text("    ").join(work))


def _jobs(seen: Seen, width: int, n_lines: int) -> RenderableType:
    jobs = seen.last.jobs
    if not jobs:
        return Text("none yet; `formdigits submit` makes one", style="dim")
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    columns = [column for column, least in COLUMNS.items() if width >= least]
    for column in columns:
        table.add_column(column, no_wrap=True, justify="left" if column in ("job", "form", "state") else "right")
    bar_width = min(max(width - BESIDE_BAR, BAR_WIDTHS[0]), BAR_WIDTHS[1])
    for job in jobs[: n_lines - 2]:
        cells = _job_cells(job, seen.job_rate(job), bar_width)
        table.add_row(*(cells[column] for column in columns))
    n_active = sum(seen.last.overview["jobs"].get(state, 0) for state in ACTIVE)
    n_hidden = n_active - sum(job["state"] in ACTIVE for job in jobs[: n_lines - 2])
    return (
        Group(table, Text(f"and {number(n_hidden)} more that have not ended", style="dim")) if n_hidden > 0 else table
    )


def _job_cells(job: Json, rate: float, bar_width: int) -> dict[str, RenderableType]:
    ended, of, colour = _ended(job), job["n_pages"], STATES.get(job["state"], "")
    bar = ProgressBar(total=max(1, of), completed=ended, width=bar_width, complete_style=colour, finished_style=colour)
    return {
        "job": Text(job["id"], style="bold" if job["state"] in ACTIVE else "dim"),
        "form": Text(job["form"].partition("@")[0], style="dim"),
        "state": Text(job["state"], style=colour),
        "": bar,
        "pages": Text(f"{number(ended)} / {number(of)}"),
        "pages/s": Text(number(rate) if rate else ""),
        "left": Text(duration((of - ended) / rate) if rate and job["state"] == "running" else ""),
        "review": Text(number(job["n_review"]), style="yellow" if job["n_review"] else "dim"),
        "failed": Text(number(job["n_failed"]), style="red" if job["n_failed"] else "dim"),
    }


def _workers(workers: list[Json], current: str | None) -> RenderableType:
    if not workers:
        return Text("no worker was seen in the last half minute", style="bold red")
    table = Table.grid(padding=(0, 2))
    for worker in workers[:MOST_WORKERS]:
        version = worker["model_version"] or "none"
        table.add_row(
            Text(worker["worker"]),
            Text(version, style="magenta" if version == current else "yellow"),
            Text(f"seen {worker['seen_s_ago']:.0f} s ago", style="dim" if worker["seen_s_ago"] < 10 else "yellow"),
            Text(worker["model_error"] or "", style="red", no_wrap=True, overflow="ellipsis"),
        )
    n_hidden = len(workers) - MOST_WORKERS
    return Group(table, Text(f"and {n_hidden} more", style="dim")) if n_hidden > 0 else table


def _troubles(seen: Seen) -> RenderableType:
    counters: Mapping[str, int] = seen.last.overview["counters"]
    parts = []
    for name, text in TROUBLES.items():
        risen = seen.risen(name)
        style = "bold red" if risen else "" if counters[name] else "dim"
        parts.append(Text(f"{text} {number(counters[name])}" + (f" (+{number(risen)})" if risen else ""), style=style))
    return Text("   ").join(parts)


def number(value: float) -> str:
    """In groups of three; a small one with a decimal where it has one."""
    return f"{value:.1f}" if 0 < value < 10 and value != int(value) else f"{value:,.0f}".replace(",", "\u00a0")


def duration(seconds: float) -> str:
    """In the two largest units."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes % 60:02} min" if hours else f"{minutes} min {int(seconds % 60):02} s"


def spark(values: Iterable[float]) -> str:
    """A small chart in one line."""
    heights = list(values)
    top = max(heights, default=0)
    return "".join(LEVELS[round(value / top * (len(LEVELS) - 1))] if top else LEVELS[0] for value in heights)


def _pages(snapshot: Snapshot) -> float:
    return float(snapshot.overview["counters"]["pages_read"] + snapshot.overview["counters"]["pages_failed"])


def _ended(job: Json) -> int:
    return int(job["n_read"] + job["n_failed"])


def _rate(from_s: float, before: float, to_s: float, after: float) -> float:
    return max(0.0, (after - before) / (to_s - from_s)) if to_s > from_s else 0.0
