"""How long formdigits takes to get over a fault: measured from the fault's end, and written down."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.chaos.harness.lab import HOME, Lab
from tests.chaos.harness.waiting import wait_until

RESULTS = HOME / "chaos-results"
GRACE_S = 10.0
"""What is promised after any single fault: the lease and this, of a machine that has nothing else to do."""
BUSY = 2.0
"""So many times as long on one that has, and longer where its processors are asked for more."""


@dataclass(frozen=True)
class Recovery:
    """One fault that was got over."""

    fault: str
    seed: str
    lease_s: float
    next_commit_s: float
    """From the fault's end until another page had ended."""
    job_end_s: float | None
    """From the fault's end to the job's; None where another fault came first."""


class Recoveries:
    """The recoveries of one test."""

    def __init__(self, fault: str, seed: str) -> None:
        self._fault = fault
        self._seed = seed
        self.seen: list[Recovery] = []

    def next_commit(self, lab: Lab, job_id: str) -> float:
        """Wait for the next page of a job to end, note how long that took, and check the promise."""
        began = time.monotonic()
        promised_s = (lab.settings.lease_s + GRACE_S) * max(BUSY, os.getloadavg()[0] / (os.cpu_count() or 1))
        before = lab.n_ended(job_id)
        last = lab.ledger.progress(job_id).n_pages
        wait_until(lambda: lab.n_ended(job_id) > before or before == last, promised_s)
        self._note(lab, time.monotonic() - began, None)
        return self.seen[-1].next_commit_s

    def end(self, lab: Lab, job_id: str, *, within_s: float = 240) -> None:
        """Wait for the next page to end, then for the whole job."""
        began = time.monotonic()
        next_commit_s = self.next_commit(lab, job_id)
        lab.wait_for_end(job_id, within_s)
        self.seen.pop()
        self._note(lab, next_commit_s, time.monotonic() - began)

    def _note(self, lab: Lab, next_commit_s: float, job_end_s: float | None) -> None:
        self.seen.append(Recovery(self._fault, self._seed, lab.settings.lease_s, next_commit_s, job_end_s))


@contextmanager
def written_down() -> Iterator[list[Recovery]]:
    """A list whose recoveries stand in `chaos-results` at the end, as JSON and as a table."""
    recoveries: list[Recovery] = []
    yield recoveries
    if recoveries:
        RESULTS.mkdir(exist_ok=True)
        write(recoveries, RESULTS / "recoveries.json", RESULTS / "recoveries.md")


def write(recoveries: list[Recovery], as_json: Path, as_table: Path) -> None:
    as_json.write_text(json.dumps([asdict(recovery) for recovery in recoveries], indent=1))
    as_table.write_text("\n".join(table(recoveries)) + "\n")


def table(recoveries: list[Recovery]) -> Iterator[str]:
    """One line a fault."""
    yield "| fault | times | lease | next commit: median, worst | job's end after the last |"
    yield "|---|---|---|---|---|"
    for fault in dict.fromkeys(recovery.fault for recovery in recoveries):
        mine = [recovery for recovery in recoveries if recovery.fault == fault]
        commits = [recovery.next_commit_s for recovery in mine]
        ends = [recovery.job_end_s for recovery in mine if recovery.job_end_s is not None]
        end = f"{max(ends):.1f} s" if ends else ""
        worst = f"{median(commits):.1f} s, {max(commits):.1f} s"
        yield f"| {fault} | {len(mine)} | {mine[0].lease_s:.0f} s | {worst} | {end} |"
