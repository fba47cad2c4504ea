"""formdigits as a user has it, started in a folder of its own and timed from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx
import numpy as np
import redis
from prometheus_client.parser import text_string_to_metric_families

from bench.processes import MemoryWatch
from formdigits.errors import ServerUnreachable
from formdigits.settings import Settings
from submit_ui.client import SubmitClient, connect


class Answers(NamedTuple):
    """How many times the page said how far a job is."""

    n: int
    n_in_5_ms: int

    def __sub__(self, before: "Answers") -> "Answers":
        return Answers(self.n - before.n, self.n_in_5_ms - before.n_in_5_ms)

    @property
    def share_in_5_ms(self) -> float:
        return self.n_in_5_ms / self.n


class Polled(NamedTuple):
    """A job that has ended, and how long the page took to say how far it was."""

    job: dict[str, Any]
    calls_ms: list[float]
    empty_calls_ms: list[float]
    """Of calls that the page answers without looking anything up: what the way there and back takes."""


class Product:
    """A running stack and a client of it."""

    def __init__(self, data: Path, *, roots: list[Path]) -> None:
        self.settings = Settings(data_dir=data)
        allowed = [word for root in roots for word in ("--allow", str(root))]
        self._command = [str(Path(sys.executable).with_name("formdigits")), "up", "--data", str(data), *allowed]
        self.client: SubmitClient

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        self.client = self._wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__()
        self._process.terminate()
        self._process.wait(60)

    @property
    def token(self) -> str:
        """The operator's."""
        return (self.settings.data / "token").read_text().strip()

    def read(self, scans: Sequence[Path], form: str = "single-digit") -> float:
        """Read scans as one job; scans a second from submitting to the last result."""
        started = time.perf_counter()
        job = self.client.wait(self.client.submit(scans, form=form))
        elapsed_s = time.perf_counter() - started
        assert job["n_read"] == len(scans), job
        return len(scans) / elapsed_s

    def single_image_waits_ms(self, images: Sequence[Path]) -> list[float]:
        """Submit one image at a time to the idle stack; milliseconds until each result is seen."""
        waits = []
        for image in images:
            time.sleep(0.1)
            started = time.perf_counter()
            self.client.wait(self.client.submit([image]))
            waits.append((time.perf_counter() - started) * 1e3)
        return waits

    def progress_answers(self) -> Answers:
        """By the page's own count, without the way to it and back."""
        headers = {"Authorization": f"Bearer {self.token}"}
        text = httpx.get(f"{self.client.url}/metrics", headers=headers, trust_env=False).text
        found = {
            (sample.name, sample.labels.get("le")): round(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.labels.get("endpoint") == "api.jobs.show"
        }
        return Answers(
            found["formdigits_request_seconds_count", None], found["formdigits_request_seconds_bucket", "0.005"]
        )

    def watch_memory(self) -> MemoryWatch:
        """Watches the stack's memory while it is open."""
        return MemoryWatch(self.settings.data, redis.Redis(unix_socket_path=str(self.settings.broker_socket)))

    def kill(self, program: str) -> None:
        """Kill a program of the stack and all its children with SIGKILL."""
        for process in Path("/proc").glob("[0-9]*"):
            if _is(process, program, self._process.pid):
                os.killpg(int(process.name), signal.SIGKILL)
                return
        raise LookupError(program)

    def _wait_until_up(self) -> SubmitClient:
        give_up_at = time.monotonic() + 180
        while time.monotonic() < give_up_at:
            try:
                client = connect(self.settings)
                if client.health()["workers"] >= (os.cpu_count() or 1):
                    return client
            except ServerUnreachable:
                pass
            if self._process.poll() is not None:
                break
            time.sleep(0.2)
        raise ServerUnreachable("the stack did not come up")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` per cent of them do not exceed."""
    return float(np.percentile(values, share))


def until_ended(client: SubmitClient, job_id: str, *, every_s: float) -> Polled:
    """Ask for a job until it has ended, and in turns with that for what is no work to answer."""
    calls_ms: list[float] = []
    empty_calls_ms: list[float] = []
    with httpx.Client(trust_env=False) as bare:
        while True:
            asked = time.perf_counter()
            bare.get(f"{client.url}/api/v1/health/live").raise_for_status()
            empty_calls_ms.append((time.perf_counter() - asked) * 1e3)
            time.sleep(every_s / 2)
            asked = time.perf_counter()
            job = client.status(job_id)
            calls_ms.append((time.perf_counter() - asked) * 1e3)
            if job["state"] != "running":
                return Polled(job, calls_ms, empty_calls_ms)
            time.sleep(every_s / 2)


def _is(process: Path, program: str, launcher: int) -> bool:
    """Whether this is the first process of a program: the one that the launcher started.  It leads a group."""
    try:
        status = (process / "stat").read_text().rpartition(")")[2].split()
        return program.encode() in (process / "cmdline").read_bytes() and int(status[1]) == launcher
    except OSError:
        return False
