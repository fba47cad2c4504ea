"""The folder through which reading processes show their metrics to the main process of their worker."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client puts its files, in the environment of a process that is about to import it."""
ENDED = "ended"
"""Stands where a process id stands otherwise, in the names of the files for all processes that ended."""
LOCK_NAME = "lock"


class MetricsFolder:
    """A fresh folder for one run of a worker.  It is locked for as long as the worker lives."""

    def __init__(self, parent: Path | None = None) -> None:
        """Make it, in the folder for temporary files, and remove what killed workers left there."""
        parent = parent or Path(tempfile.gettempdir())
        prefix = f"formdigits-metrics-{os.getuid()}"
        self._reading = Lock()
        with (parent / f"{prefix}.lock").open("w") as starting, _locked(starting.fileno()):
            _remove_abandoned(parent, f"{prefix}-")
            self.path = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=parent))
            self._lock = (self.path / LOCK_NAME).open("w")
            flock(self._lock, LOCK_EX)

    def tell_children(self) -> None:
        """Have the processes that are started from now on write here."""
        os.environ[VARIABLE] = str(self.path)

    def remove(self) -> None:
        """At the end of the worker."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()

    def latest(self) -> bytes:
        """The metrics of all processes together, in the text format of Prometheus."""
        with self._reading:
            return generate_latest(self._living_and_dead())

    def value(self, name: str) -> float:
        """The sum of all samples of a name, such as `formdigits_worker_messages_total`."""
        with self._reading:
            metrics = list(self._living_and_dead().collect())
        return sum(sample.value for metric in metrics for sample in metric.samples if sample.name == name)

    def process_ids(self) -> set[int]:
        """The processes that write here and live."""
        with self._reading:
            owners = {file.stem.rpartition("_")[2] for file in self.path.glob("*.db")} - {ENDED}
        return {int(owner) for owner in owners if _is_alive(int(owner))}

    def _living_and_dead(self) -> CollectorRegistry:
        self._keep_of_the_dead()
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.path))  # type: ignore[no-untyped-call]
        return registry

    def _keep_of_the_dead(self) -> None:
        """Add what ended processes counted to one file a kind, so that there are never more files than processes."""
        for file in list(self.path.glob("*.db")):
            kind, _, owner = file.stem.rpartition("_")
            if owner == ENDED or _is_alive(int(owner)):
                continue
            if kind.startswith("gauge"):
                mark_process_dead(int(owner), str(self.path))  # type: ignore[no-untyped-call]
            else:
                _add(file, self.path / f"{kind}_{ENDED}.db")
                file.unlink()


def _add(file: Path, kept: Path) -> None:
    if not file.stat().st_size:  # its process was killed as it made it
        return
    total = MmapedDict(str(kept))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
        so_far, _ = total.read_value(key)  # type: ignore[no-untyped-call]
        total.write_value(key, so_far + value, 0.0)  # type: ignore[no-untyped-call]
    total.close()  # type: ignore[no-untyped-call]


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's by now, which looks like ours for a while and does no harm
        return True
    return True


def _remove_abandoned(parent: Path, prefix: str) -> None:
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError), (folder / LOCK_NAME).open("w") as lock:
            flock(lock, LOCK_EX | LOCK_NB)  # fails where a worker lives
            shutil.rmtree(folder)


@contextmanager
def _locked(file: int) -> Iterator[None]:
    flock(file, LOCK_EX)
    yield
