"""The real parts of formdigits as own processes in one folder, and a broker in the hands of the test."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy import select

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger, open_ledger
from formdigits.ledger.schema import chunks
from formdigits.model_store import open_models
from formdigits.settings import Settings
from submit_ui import stack
from submit_ui.client import SubmitClient, connect
from submit_ui.server_file import read_server_file
from submit_ui.supervisor import Program
from tests.chaos.harness.behaviour import Behaviour
from tests.chaos.harness.broker import BrokerServer
from tests.chaos.harness.manifest import Manifest
from tests.chaos.harness.programs import Programs
from tests.chaos.harness.waiting import wait_until

HOME = Path(__file__).resolve().parents[3]
SMALL = {
    "lease_s": 8,
    "time_limit_s": 7,
    "sweep_every_s": 0.5,
    "resend_after_s": 2,
    "images_per_chunk": 16,
    "pages_per_chunk": 2,
    "worker_processes": 2,
}
"""A short lease, so that a test sees it end; small chunks, so that every job has a middle."""
READY_WITHIN_S = 120


class Lab:
    """A whole formdigits, kept running by the product's own supervisor, all but the broker.

    Args:
        folder: where all state lives.
        scan_root: scans may be read from here.
        worker: module of the Celery application that reads.
        groups: how many worker programs run, each with processes of its own.
        trainers: how many trainer programs run.
        broker_port: port of the broker; 0: only the socket in the data folder.
        environments: what a program is told besides, by its name.
        knobs: settings that differ from `SMALL`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        scan_root: Path,
        worker: str = "tests.chaos.light_worker",
        groups: int = 1,
        trainers: int = 0,
        broker_port: int = 0,
        environments: Mapping[str, Mapping[str, str]] | None = None,
        **knobs: Any,
    ) -> None:
        port = stack.free_port("127.0.0.1", 0, exactly=True)
        self.settings = Settings(data_dir=folder, scan_roots=str(scan_root), port=port, **{**SMALL, **knobs})
        self.broker = BrokerServer(self.settings, port=broker_port)
        self.models = open_models(self.settings)
        self.ledger: Ledger
        self.client: SubmitClient
        self.manifests: dict[str, Manifest] = {}
        product = {program.name: program for program in stack.programs(self.settings)}
        reading = replace(
            product["worker"], command=[worker if w == "worker.app" else w for w in product["worker"].command]
        )
        several = [*copies(reading, groups), *copies(product["trainer"], trainers), product["page"]]
        told = environments or {}
        self.programs = Programs(
            [replace(one, environment={**one.environment, **told.get(one.name, {})}) for one in several],
            environment={**stack.environment(self.settings), "PYTHONPATH": str(HOME)},
            logs=folder / "logs",
        )

    def __enter__(self) -> Self:
        stack.prepare(self.settings)
        self.broker.start()
        self.ledger = open_ledger(self.settings.ledger_url)
        self.client = connect(self.settings)
        self.token = read_server_file(self.settings).token
        self.programs.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.programs.stop()
        self.client.__exit__()
        self.ledger.close()
        self.broker.end()

    def wait_until_ready(self) -> None:
        """Return when the page takes jobs and every process reads."""
        wait_until(lambda: self.takes_jobs() and self.all_read(), READY_WITHIN_S)

    def takes_jobs(self) -> bool:
        self.programs.check()
        try:
            return self.client.health()["status"] == "ok"
        except ServerUnreachable:
            return False

    def all_read(self) -> bool:
        """Whether every process that is to read has lately told the ledger that it does."""
        names = [name for name in self.programs.names() if name.startswith("worker")]
        readers = [reader.pid for name in names for reader in self.programs.readers(name)]
        seen = {int(worker.name.rpartition("-")[2]) for worker in self.ledger.workers(seen_within_s=3)}
        return len(readers) == len(names) * self.settings.worker_processes and seen >= set(readers)

    def post_job(self, manifest: Manifest, *, key: str | None = None) -> httpx.Response:
        """Ask for a job once, by the paths of its scans, and return the answer itself."""
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        body = {"form": manifest.form, "paths": list(manifest.paths)}
        return httpx.post(f"{self.client.url}/api/v1/jobs", json=body, headers=headers, timeout=60, trust_env=False)

    def submit(self, manifest: Manifest, *, key: str | None = None) -> str:
        """Submit a job that is to be taken, and return its id."""
        answer = self.post_job(manifest, key=key)
        assert answer.status_code == 202, answer.text
        job_id = str(answer.json()["id"])
        self.manifests[job_id] = manifest
        return job_id

    def behave(self, **behaviour: Any) -> None:
        """Have the workers behave so from now on."""
        Behaviour(**behaviour).write(self.settings.data)

    def settle(self) -> None:
        """Make ready for the next fault."""
        self.behave()
        self.programs.forgive()
        self.wait_until_ready()

    def freeze(self, name: str) -> None:
        """Stop a worker and all its processes where they are, but not in the middle of a write.

        A process that is stopped there holds SQLite's lock, and nobody writes until it goes on or is killed.
        """
        self.programs.freeze(name)
        while not self.ledger_takes_writes():
            self.programs.thaw(name)
            time.sleep(0.05)
            self.programs.freeze(name)

    def ledger_takes_writes(self) -> bool:
        """Whether nobody holds SQLite's lock for long."""
        with closing(sqlite3.connect(self.settings.data / "ledger.db", timeout=1)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.rollback()
        return True

    def reading(self, name: str = "worker") -> list[int]:
        """Process ids of a worker that hold a chunk right now."""
        with self.ledger._reading.connect() as connection:
            held = connection.execute(select(chunks.c.worker).where(chunks.c.state == "claimed")).scalars()
            holding = {int(worker.rpartition("-")[2]) for worker in held}
        return [reader.pid for reader in self.programs.readers(name) if reader.pid in holding]

    def n_ended(self, job_id: str) -> int:
        return self.ledger.progress(job_id).n_ended

    def wait_for(self, job_id: str, n_ended: int, within_s: float = 120) -> None:
        """Return when so many pages of a job have ended."""
        wait_until(lambda: self.n_ended(job_id) >= n_ended, within_s)

    def wait_for_end(self, job_id: str, within_s: float = 240) -> None:
        wait_until(lambda: self.ledger.progress(job_id).state in ("done", "cancelled"), within_s)


def copies(program: Program, n: int) -> list[Program]:
    """The same Celery worker several times, each with a name of its own."""
    return [
        replace(
            program,
            name=program.name if number == 1 else f"{program.name}{number}",
            command=[word.replace("@%h", f"{number}@%h") for word in program.command],
        )
        for number in range(1, n + 1)
    ]
