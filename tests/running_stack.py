"""The real stack in a folder of its own: broker, worker, trainer and page as separate processes, with a client."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger, open_ledger
from formdigits.model_store import open_models
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, ManifestDraft, read_golden, read_manifest
from formdigits.settings import Settings
from submit_ui import stack
from submit_ui.client import SubmitClient, connect
from submit_ui.supervisor import Supervisor


class RunningStack:
    """Started and kept running as `formdigits up` does it."""

    def __init__(self, data: Path, *, scan_root: Path | str, **knobs: object) -> None:
        port = stack.free_port("127.0.0.1", 0, exactly=True)
        self.settings = Settings(data_dir=data, scan_roots=str(scan_root), port=port, **knobs)
        self.models = open_models(self.settings)
        self.client: SubmitClient
        self.ledger: Ledger
        self._ended = threading.Event()
        self._supervisor = Supervisor(
            stack.programs(self.settings), environment=stack.environment(self.settings), log_folder=data / "logs"
        )
        self._watch = threading.Thread(target=self._start_and_watch)

    def __enter__(self) -> Self:
        stack.prepare(self.settings)
        self.ledger = open_ledger(self.settings.ledger_url)
        self.client = connect(self.settings)
        self._watch.start()
        wait_until(lambda: len(self.ledger.workers()) > 0 and self._answers(), within_s=180)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()
        self.client.__exit__()

    def kill(self, name: str) -> int:
        """Kill a program and all its children with SIGKILL, and return the process id that it had."""
        [program] = [program for program in self._supervisor.programs if program.name == name]
        pid = program.process.pid
        os.killpg(pid, signal.SIGKILL)
        return pid

    def runs_again(self, name: str, killed: int) -> bool:
        """Whether a killed program has a successor."""
        [program] = [program for program in self._supervisor.programs if program.name == name]
        return program.process is not None and program.process.pid != killed

    def publish_again(self) -> str:
        """Publish the network of the shipped model as a new version, and return it."""
        manifest = read_manifest(DEFAULT_MODEL)
        draft = ManifestDraft(**{name: getattr(manifest, name) for name in ManifestDraft.model_fields})
        crops, probabilities = read_golden(DEFAULT_MODEL)
        h5 = DEFAULT_MODEL / MODEL_FILE
        return self.models.publish(h5, draft=draft, golden_crops=crops, golden_probabilities=probabilities).version

    def _start_and_watch(self) -> None:
        """In one thread for as long as the stack runs, because the kernel ends its programs with the thread."""
        self._supervisor.start()
        try:
            self._supervisor.watch(self._ended.is_set)
        finally:
            self._supervisor.stop()

    def _answers(self) -> bool:
        try:
            return self.client.health()["status"] == "ok"
        except ServerUnreachable:
            return False


def wait_until(condition: Callable[[], bool], *, within_s: float) -> None:
    """Return when it is true; fail when that takes too long."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, f"not within {within_s} s"
        time.sleep(0.05)
