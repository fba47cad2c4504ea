"""What the product is compared with: the least that can be done in one process, and what tutorials do."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self


class BareLoop:
    """The same decoding, normalising and network in one loop, in a process of its own, without any queue."""

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-m", "bench.bare_loop"], stdin=pipe, stdout=pipe, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def read(self, scans: Sequence[Path], form: str = "single-digit") -> float:
        """Scans a second; they are the first ones of their folder."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{form} {scans[0].parent} {len(scans)}\n")
        self._process.stdin.flush()
        n_read, elapsed_s = self._process.stdout.readline().split()
        assert int(n_read) == len(scans)
        return len(scans) / float(elapsed_s)


class TutorialWorker:
    """Celery as tutorials show it: its defaults, one task an image, `model.predict`, a result backend."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        from bench.tutorial_worker import start_broker  # noqa: PLC0415 it connects when it is imported

        self._broker = start_broker()
        command = [sys.executable, "-m", "celery", "-A", "bench.tutorial_worker", "worker"]
        log = (self._folder / "tutorial.log").open("wb")
        self._worker = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.terminate()
        self._worker.wait(30)
        self._broker.terminate()
        self._broker.wait(10)

    def read(self, images: Sequence[Path]) -> float:
        """Images a second."""
        from bench.tutorial_worker import predict_digit  # noqa: PLC0415

        started = time.perf_counter()
        results = [predict_digit.delay(str(image)) for image in images]
        digits = [result.get(timeout=600) for result in results]
        elapsed_s = time.perf_counter() - started
        assert len(digits) == len(images)
        return len(images) / elapsed_s
