"""formdigits as a user has it, started in a folder of its own and timed from outside."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import numpy as np
import redis

from formdigits.errors import ServerUnreachable
from formdigits.settings import Settings
from submit_ui.client import SubmitClient, connect


class Product:
    """A running stack and a client of it."""

    def __init__(self, data: Path, *, roots: list[Path]) -> None:
        self._settings = Settings(data_dir=data)
        allowed = [word for root in roots for word in ("--allow", str(root))]
        self._command = [str(Path(sys.executable).with_name("formdigits")), "up", "--data", str(data), *allowed]
        self._client: SubmitClient

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        self._client = self._wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()
        self._process.terminate()
        self._process.wait(60)

    def read(self, images: list[Path]) -> float:
        """Read images as one job; images a second from submitting to the last result."""
        started = time.perf_counter()
        job = self._client.wait(self._client.submit(images))
        elapsed_s = time.perf_counter() - started
        assert job["n_read"] == len(images), job
        return len(images) / elapsed_s

    def single_image_waits_ms(self, images: list[Path]) -> list[float]:
        """Submit one image at a time to the idle stack; milliseconds until each result is seen."""
        waits = []
        for image in images:
            time.sleep(0.1)
            started = time.perf_counter()
            self._client.wait(self._client.submit([image]))
            waits.append((time.perf_counter() - started) * 1e3)
        return waits

    def submit_many(self, paths: list[Path]) -> dict[str, float]:
        """Submit many paths as one job, and watch the broker and the progress call until it is read."""
        broker = redis.Redis(unix_socket_path=str(self._settings.broker_socket))
        before = _used_bytes(broker)
        highest = [before]
        done = threading.Event()
        watcher = threading.Thread(target=_watch_memory, args=(broker, highest, done))
        watcher.start()
        started = time.perf_counter()
        job_id = self._client.submit(paths)
        submit_s = time.perf_counter() - started
        polls_ms = []
        job = self._client.status(job_id)
        while job["state"] == "running":
            time.sleep(0.02)
            polled = time.perf_counter()
            job = self._client.status(job_id)
            polls_ms.append((time.perf_counter() - polled) * 1e3)
        read_s = time.perf_counter() - started
        done.set()
        watcher.join()
        return {
            "submit_s": submit_s,
            "read_s": read_s,
            "n_pages": job["n_pages"],
            "n_read": job["n_read"],
            "broker_growth_mb": (max(highest) - before) / 1e6,
            "poll_p99_ms": percentile(polls_ms, 99),
        }

    def _wait_until_up(self) -> SubmitClient:
        give_up_at = time.monotonic() + 180
        while time.monotonic() < give_up_at:
            try:
                client = connect(self._settings)
                if client.health()["workers"] >= (os.cpu_count() or 1):
                    return client
            except ServerUnreachable:
                pass
            if self._process.poll() is not None:
                break
            time.sleep(0.2)
        raise ServerUnreachable("the stack did not come up")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` per cent of them do not exceed."""
    return float(np.percentile(values, share))


def _used_bytes(broker: redis.Redis) -> int:
    return int(broker.info("memory")["used_memory"])


def _watch_memory(broker: redis.Redis, highest: list[int], done: threading.Event) -> None:
    while not done.wait(0.05):
        highest.append(_used_bytes(broker))
