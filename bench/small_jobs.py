"""Many people with one image each: programs that submit one-image jobs as fast as they are taken."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench.product import Product, percentile
from submit_ui.client import SubmitClient

N_CLIENTS = 8
LOOK_EVERY_S = 0.5


def measure_small_jobs(product: Product, images: Sequence[Path], n_jobs: int) -> dict[str, float]:
    """Jobs a second from the first submission to the last result, and how long each job took.

    Args:
        product: the stack.
        images: one for each job, used again when there are fewer.
        n_jobs: jobs of all clients together.
    """
    server = json.dumps({"url": product.client.url, "token": product.token})
    command = [sys.executable, "-m", "bench.small_jobs", str(n_jobs // N_CLIENTS)]
    pipe = subprocess.PIPE
    clients = [
        subprocess.Popen(
            [*command, str(image)], stdin=pipe, stdout=pipe, text=True, env=os.environ | {"SERVER": server}
        )
        for image in images[:N_CLIENTS]
    ]
    for client in clients:
        assert client.stdout
        client.stdout.readline()  # it is ready
    started = time.perf_counter()
    for client in clients:
        assert client.stdin
        client.stdin.write("go\n")
        client.stdin.flush()
    waits_s = [wait for client in clients for wait in json.loads(client.communicate()[0])]
    elapsed_s = time.perf_counter() - started
    return {
        "jobs_per_s": len(waits_s) / elapsed_s,
        "p50_s": percentile(waits_s, 50),
        "p95_s": percentile(waits_s, 95),
        "n_jobs": len(waits_s),
    }


class Waiting:
    """The jobs of one client that have not ended, each with the time at which it was submitted."""

    def __init__(self, client: SubmitClient) -> None:
        self._client = client
        self._open: dict[str, float] = {}
        self.waits_s: list[float] = []

    def add(self, job_id: str, submitted_at: float) -> None:
        self._open[job_id] = submitted_at

    def look_until(self, all_submitted: threading.Event) -> None:
        """Ask about all that are open, again and again, until every job has ended."""
        while self._open or not all_submitted.is_set():
            time.sleep(LOOK_EVERY_S)
            if asked := list(self._open)[:500]:
                for job in self._client.statuses(asked):
                    if job["state"] == "done":
                        self.waits_s.append(time.perf_counter() - self._open.pop(job["id"]))


def main() -> None:
    """One client: submit the image in so many jobs, and print how long each took to be read, in seconds."""
    n_jobs, image = int(sys.argv[1]), sys.argv[2]
    server = json.loads(os.environ["SERVER"])
    with (
        SubmitClient(**server, scan_roots=[Path(image).parent]) as submitter,
        SubmitClient(**server) as watcher,
    ):
        submitter.health()
        watcher.health()
        print("ready", flush=True)
        sys.stdin.readline()
        waiting = Waiting(watcher)
        all_submitted = threading.Event()
        looking = threading.Thread(target=waiting.look_until, args=(all_submitted,))
        looking.start()
        for _ in range(n_jobs):
            submitted_at = time.perf_counter()
            waiting.add(submitter.submit([image]), submitted_at)
        all_submitted.set()
        looking.join()
    print(json.dumps(waiting.waits_s))


if __name__ == "__main__":
    main()
