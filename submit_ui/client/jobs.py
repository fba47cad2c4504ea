"""Jobs that were submitted: where they stand, what was read, and steering them."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Literal
from urllib.parse import quote

from formdigits.errors import NotFound
from submit_ui.client.base import Client, poll
from submit_ui.connection import PATIENCE_S, Json

AT_ONCE = 500
"""Jobs that one request asks about."""
ENDED = ("done", "cancelled")


class Jobs(Client):
    """The part of the client that follows and steers jobs."""

    def status(self, job_id: str) -> Json:
        """Where a job stands."""
        return self._page.get(_address(job_id))

    def statuses(self, job_ids: Sequence[str]) -> list[Json]:
        """Where several jobs stand, in the order of their ids.  Raises NotFound when one of them is not there."""
        found: dict[str, Json] = {}
        for start in range(0, len(job_ids), AT_ONCE):
            some = ",".join(quote(job_id, safe="") for job_id in job_ids[start : start + AT_ONCE])
            found |= {job["id"]: job for job in self._page.get(f"jobs?ids={some}", patience_s=PATIENCE_S)["jobs"]}
        if missing := [job_id for job_id in job_ids if job_id not in found]:
            raise NotFound(f"there is no job {missing[0]}")
        return [found[job_id] for job_id in job_ids]

    def jobs(self, limit: int = 50) -> list[Json]:
        """The newest jobs."""
        return list(self._page.get(f"jobs?limit={limit}")["jobs"])

    def wait(
        self, job_id: str, *, timeout_s: float | None = None, on_progress: Callable[[Json], None] | None = None
    ) -> Json:
        """Return the job when it has ended.  Raises TimeoutError when that takes longer than `timeout_s`."""
        ask = lambda: self._page.get(_address(job_id), patience_s=PATIENCE_S)  # noqa: E731
        for job in poll(ask, timeout_s, lambda job: (job["n_read"] + job["n_failed"]) / max(job["n_pages"], 1)):
            if on_progress:
                on_progress(job)
            if job["state"] in ENDED:
                return job
        raise TimeoutError(f"job {job_id} goes on after {timeout_s} s")

    def wait_all(
        self,
        job_ids: Sequence[str],
        *,
        timeout_s: float | None = None,
        on_progress: Callable[[int, int], None] = lambda _ended, _of: None,
    ) -> list[Json]:
        """Return the jobs, in the order of their ids, when all have ended; hundreds are asked about in one request.

        Raises:
            TimeoutError: that takes longer than `timeout_s`.
            NotFound: one of the jobs is not there.
        """
        ended: dict[str, Json] = {}
        ask = lambda: self.statuses([job_id for job_id in job_ids if job_id not in ended])  # noqa: E731
        for jobs in poll(ask, timeout_s):
            ended |= {job["id"]: job for job in jobs if job["state"] in ENDED}
            on_progress(len(ended), len(job_ids))
            if len(ended) == len(set(job_ids)):
                return [ended[job_id] for job_id in job_ids]
        raise TimeoutError(f"{len(job_ids) - len(ended)} of {len(job_ids)} jobs go on after {timeout_s} s")

    def pages(
        self, job_id: str, *, after: int = 0, limit: int = 100, only: Literal["review", "failed"] | None = None
    ) -> list[Json]:
        """Some pages of a job, by number."""
        asked = f"{_address(job_id)}/pages?after={after}&limit={limit}" + (f"&only={only}" if only else "")
        return list(self._page.get(asked)["pages"])

    def results(self, job_id: str) -> Iterator[Json]:
        """Every page of a job in order, streamed."""
        with self._page.stream(f"{_address(job_id)}/results.ndjson") as response:
            yield from map(json.loads, response.iter_lines())

    def results_csv(self, job_id: str) -> Iterator[bytes]:
        """The job as a table, streamed."""
        with self._page.stream(f"{_address(job_id)}/results.csv") as response:
            yield from response.iter_bytes()

    def cancel(self, job_id: str) -> Json:
        """Stop a job; what was read stays."""
        return self._page.post(f"{_address(job_id)}/cancel")

    def pause(self, job_id: str) -> Json:
        """Have no more of a job read until it is resumed."""
        return self._page.post(f"{_address(job_id)}/pause")

    def resume(self, job_id: str) -> Json:
        """Have a paused job go on."""
        return self._page.post(f"{_address(job_id)}/resume")

    def retry(self, job_id: str) -> Json:
        """Have the failed pages of a job read again; the job, with their number as `n_retried`."""
        return self._page.post(f"{_address(job_id)}/retry")

    def place_corners(self, job_id: str, page: int, corners_px: Sequence[Sequence[float]]) -> Json:
        """Have a failed page read again, its paper lying where a person sees it; the job as it stands then.

        Args:
            job_id: the job.
            page: its number within the job.
            corners_px: four points x, y on the scan: the form's top left corner, then clockwise as one reads the form.
        """
        return self._page.post(f"{_address(job_id)}/pages/{page}/corners", {"corners_px": [*map(list, corners_px)]})

    def sheets(self, job_id: str) -> Json:
        """Which pages of the job's sheets are missing, there twice, or blank, by form and serial number."""
        return self._page.get(f"{_address(job_id)}/sheets")

    def roster(self, job_id: str) -> Json:
        """Who of a roster is on no page, on several pages, and which pages are of nobody on it."""
        return self._page.get(f"{_address(job_id)}/roster")

    def set_priority(self, job_id: str, priority: Literal["high", "normal", "low"]) -> Json:
        """Change how large a job's share is beside other jobs."""
        return self._page.post(f"{_address(job_id)}/priority", {"priority": priority})

    def purge(self, job_id: str) -> int:
        """Remove an ended job with its readings, and the uploads that no other job has; how many pages went."""
        return int(self._page.delete(_address(job_id))["n_pages"])

    def purgeable(self, older_than_s: float) -> list[str]:
        """Ids of the jobs that ended longer ago than this, or whose submitting broke off then; oldest first."""
        return list(self._page.get(f"jobs/purgeable?older_than_s={older_than_s:.0f}")["ids"])


def _address(job_id: str) -> str:
    return f"jobs/{quote(job_id, safe='')}"
