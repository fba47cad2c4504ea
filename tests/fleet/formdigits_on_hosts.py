"""formdigits on four hosts that share nothing but a network."""

import os
import sys
from pathlib import Path
from typing import Self

import httpx

from formdigits.ledger import Ledger, WorkerRow, open_ledger
from formdigits.model_store import open_models
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, ManifestDraft, read_golden, read_manifest
from formdigits.settings import Settings
from submit_ui.client import SubmitClient
from tests.chaos.harness.waiting import wait_until
from tests.fleet import stores
from tests.fleet.hosts import Fleet, Host

TOKEN = "the-operator-s-token-of-this-fleet"
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
READY_WITHIN_S = 180
BROKERS = {"rabbitmq": stores.rabbitmq, "valkey": stores.valkey}


class FormdigitsOnHosts:
    """Started with `with`; `seen` is what the test has to tell."""

    def __init__(self, fleet: Fleet, *, broker: str, folder: Path) -> None:
        self.page, self.workers = fleet.host("page"), [fleet.host("reader-one"), fleet.host("reader-two")]
        self.stores = fleet.host("stores")
        self.seen: dict[str, object] = {"broker": broker}
        self.s3 = stores.s3(self.stores)
        httpx.put(f"{self.s3['AWS_ENDPOINT_URL']}/formdigits").raise_for_status()
        self.settings = Settings(
            data_dir=folder,
            database_url=stores.postgresql(self.stores),
            broker_url=BROKERS[broker](self.stores),
            uploads_url="s3://formdigits/uploads",
            models_url="s3://formdigits/models",
            lease_s=12,
            time_limit_s=10,
            images_per_chunk=32,
            pages_per_chunk=2,
            worker_processes=1,
        )
        self.ledger: Ledger
        self.client: SubmitClient

    def __enter__(self) -> Self:
        self._start_page()
        for host in self.workers:
            self.start_worker(host)
        self.ledger = open_ledger(self.settings.database_url)
        self.client = SubmitClient(f"http://{self.page.address}:8765", TOKEN)
        wait_until(lambda: all(self.reads(host) for host in self.workers), READY_WITHIN_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__()
        self.ledger.close()

    def start_worker(self, host: Host) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "worker.app", "worker", "-Q", "read", *QUIET]
        host.run(*celery, environment=self._environment(host), again=True)

    def serving(self, host: Host) -> list[WorkerRow]:
        """The reading processes of a host that were seen in the last seconds."""
        return [worker for worker in self.ledger.workers(seen_within_s=3) if worker.name.startswith(f"{host.name}.")]

    def reads(self, host: Host) -> bool:
        return any(worker.model_version for worker in self.serving(host))

    def publish(self) -> str:
        """Publish the shipped network as a new version, and return it."""
        draft = read_manifest(DEFAULT_MODEL)
        crops, probabilities = read_golden(DEFAULT_MODEL)
        published = open_models(self.settings).publish(
            DEFAULT_MODEL / MODEL_FILE,
            draft=ManifestDraft(**{name: getattr(draft, name) for name in ManifestDraft.model_fields}),
            golden_crops=crops,
            golden_probabilities=probabilities,
        )
        return published.version

    def _start_page(self) -> None:
        page = ["-m", "gunicorn", "-c", "python:submit_ui.gunicorn_conf", "submit_ui.app:create_app()"]
        train = ["-m", "celery", "-A", "trainer.app", "worker", "-Q", "train", "-c", "1", *QUIET]
        for command in (page, train):
            self.page.run(sys.executable, *command, environment=self._environment(self.page), again=True)

    def _environment(self, host: Host) -> dict[str, str]:
        """What the programs of a host are told: a data folder on its own disk, and where the stores are."""
        told = {f"FORMDIGITS_{name.upper()}": str(value) for name, value in self.settings.model_dump().items()}
        own = {
            "FORMDIGITS_DATA_DIR": f"{host.disk}/data",
            "FORMDIGITS_HOST": "0.0.0.0",
            "FORMDIGITS_TRUSTED_HOSTS": self.page.address,
            "FORMDIGITS_TOKEN": TOKEN,
            "HOME": str(host.disk),
            "PATH": os.environ["PATH"],
        }
        return told | own | self.s3
