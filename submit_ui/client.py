"""SubmitClient: what the page does, for Python programs; the `formdigits` command stands on it too.

client = connect()
job_id = client.submit(["scans/"], form="water-meter")
client.wait(job_id)
for page in client.results(job_id): ...
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

import httpx

from formdigits.errors import NotAuthorised, ServerUnreachable
from formdigits.settings import Settings
from submit_ui.connection import Connection, Json
from submit_ui.scan_files import batches, common_names, find_scans
from submit_ui.server_file import read_server_file

FilePath = str | os.PathLike[str]
POLL_S = (0.02, 0.5)
"""A short job is seen to end at once, a long one is not asked about all the time."""


class SubmitClient:
    """Talks to the page over its JSON API.  Raises the errors of `formdigits.errors`."""

    def __init__(
        self, url: str, token: str, *, scan_roots: Sequence[FilePath] = (), transport: httpx.BaseTransport | None = None
    ) -> None:
        """Scans under `scan_roots` are named by path and not uploaded; `transport` takes the place of the network."""
        self._page = Connection(url, token, transport)
        self._roots = [Path(root) for root in scan_roots]

    @property
    def url(self) -> str:
        return self._page.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()

    def submit(
        self,
        paths: Iterable[FilePath],
        *,
        form: str = "single-digit",
        max_error: float | None = None,
        by_path: bool | None = None,
        on_upload: Callable[[int, int], None] | None = None,
    ) -> str:
        """Submit files, and the images in folders, as one job.

        Args:
            paths: files and folders.
            form: name of the form template.
            max_error: error budget; None: as the server is set.
            by_path: True: the server reads the files itself; False: they are uploaded; None: by path where every
                file lies under a scan root of the server.
            on_upload: called with how many of how many files are sent.

        Returns:
            The job's id.
        """
        files = find_scans(paths)
        if by_path is None:
            by_path = bool(self._roots) and all(self._lies_in_root(file) for file in files)
        body: Json = {"form": form, "max_error": max_error}
        if by_path:
            body["paths"] = [str(file) for file in files]
        else:
            body["scans"] = list(self._upload(files, on_upload or (lambda _sent, _all: None)))
        # One key for all tries: an answer that got lost does not make a second job.
        answer: Json = self._page.post("jobs", body, key=secrets.token_hex(16))
        return str(answer["id"])

    def status(self, job_id: str) -> Json:
        """Where a job stands."""
        return self._page.get(f"jobs/{quote(job_id)}")

    def jobs(self) -> list[Json]:
        """The newest jobs."""
        return list(self._page.get("jobs")["jobs"])

    def wait(
        self, job_id: str, *, timeout_s: float | None = None, on_progress: Callable[[Json], None] | None = None
    ) -> Json:
        """Return the job when it has ended.  Raises TimeoutError when that takes longer than `timeout_s`."""
        for job in _poll(lambda: self.status(job_id), timeout_s):
            if on_progress:
                on_progress(job)
            if job["state"] != "running":
                return job
        raise TimeoutError(f"job {job_id} goes on after {timeout_s} s")

    def pages(
        self, job_id: str, *, after: int = 0, limit: int = 100, only: Literal["review", "failed"] | None = None
    ) -> list[Json]:
        """Some pages of a job, by number."""
        asked = f"jobs/{quote(job_id)}/pages?after={after}&limit={limit}" + (f"&only={only}" if only else "")
        return list(self._page.get(asked)["pages"])

    def results(self, job_id: str) -> Iterator[Json]:
        """Every page of a job in order, streamed."""
        with self._page.stream(f"jobs/{quote(job_id)}/results.ndjson") as response:
            yield from map(json.loads, response.iter_lines())

    def results_csv(self, job_id: str) -> Iterator[bytes]:
        """The job as a table, streamed."""
        with self._page.stream(f"jobs/{quote(job_id)}/results.csv") as response:
            yield from response.iter_bytes()

    def cancel(self, job_id: str) -> Json:
        """Stop a job; what was read stays."""
        return self._page.post(f"jobs/{quote(job_id)}/cancel")

    def forms(self) -> list[Json]:
        """The form templates that the server knows."""
        return list(self._page.get("forms")["forms"])

    def health(self) -> Json:
        """What of the server works."""
        return self._page.get("health")

    def workers(self) -> list[Json]:
        """The programs that read pages, with their model versions."""
        return list(self._page.get("workers")["workers"])

    def models(self) -> Json:
        """Model versions, newest first, and the current one."""
        return self._page.get("models")

    def promote(self, version: str) -> Json:
        """Make a model version current."""
        return self._page.post(f"models/{quote(version, safe='')}/promote")

    def roll_back(self) -> Json:
        """Make the model version current that was so before."""
        return self._page.post("models/roll-back")

    def retrain(self, **recipe: object) -> int:
        """Start a retrain; the recipe's values are those of `formdigits.messages.Recipe`."""
        return int(self._page.post("retrains", recipe)["id"])

    def retrain_status(self, retrain_id: int) -> Json:
        """One retrain with its epochs so far."""
        return self._page.get(f"retrains/{retrain_id}")

    def cancel_retrain(self, retrain_id: int) -> Json:
        """Stop a retrain."""
        return self._page.post(f"retrains/{retrain_id}/cancel")

    def wait_retrain(
        self, retrain_id: int, *, timeout_s: float | None = None, on_progress: Callable[[Json], None] | None = None
    ) -> Json:
        """Return the retrain when it has ended."""
        for retrain in _poll(lambda: self.retrain_status(retrain_id), timeout_s):
            if on_progress:
                on_progress(retrain)
            if retrain["state"] in ("done", "failed", "cancelled"):
                return retrain
        raise TimeoutError(f"retrain {retrain_id} goes on after {timeout_s} s")

    def _lies_in_root(self, file: Path) -> bool:
        return any(file.is_relative_to(root) for root in self._roots)

    def _upload(self, files: Sequence[Path], on_upload: Callable[[int, int], None]) -> Iterator[Json]:
        names = dict(zip(files, common_names(files), strict=True))
        n_sent = 0
        for batch in batches(files):
            parts = [("scan", (names[file], file.read_bytes())) for file in batch]
            yield from self._page.post("scans", files=parts)["scans"]
            n_sent += len(batch)
            on_upload(n_sent, len(files))


def connect(settings: Settings | None = None) -> SubmitClient:
    """A client of the server that the settings name, else of the one that runs with the same data folder.

    Raises:
        ServerUnreachable: neither names one.
        NotAuthorised: the settings name a server but no token.
    """
    settings = settings or Settings()
    if settings.url:
        if not settings.token:
            raise NotAuthorised("FORMDIGITS_URL names a server; give its token as FORMDIGITS_TOKEN")
        return SubmitClient(settings.url, settings.token)
    here = read_server_file(settings)
    if here is None:
        raise ServerUnreachable("no formdigits runs here; `formdigits up` starts one, FORMDIGITS_URL names another")
    return SubmitClient(here.url, settings.token or here.token, scan_roots=here.scan_roots)


def _poll(ask: Callable[[], Json], timeout_s: float | None) -> Iterator[Json]:
    """Ask, often at first, then less often, until the time is over."""
    ends_at = None if timeout_s is None else time.monotonic() + timeout_s
    pause_s, slowest_s = POLL_S
    while True:
        yield ask()
        if ends_at is not None and time.monotonic() > ends_at:
            return
        time.sleep(pause_s)
        pause_s = min(slowest_s, pause_s * 1.3)
