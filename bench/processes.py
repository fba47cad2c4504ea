"""How much memory the programs of one stack hold, seen from outside."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import redis

EVERY_S = 0.5
PROGRAMS = {"submit_ui.gunicorn_conf": "page", "worker.app": "worker", "trainer.app": "trainer", "spawn_main": "worker"}


class MemoryWatch:
    """Notes, while it is open, the memory of every program of a stack, and of what its broker keeps."""

    def __init__(self, data: Path, broker: "redis.Redis") -> None:
        self._data = os.fsencode(data)
        self._broker = broker
        self._done = threading.Event()
        self._known: dict[Path, str | None] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.rss_mb: dict[str, list[float]] = defaultdict(list)
        """Of all processes of a program together, by its name, over time."""
        self.broker_mb: list[float] = []

    def __enter__(self) -> Self:
        self._note()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._note()

    def growth_mb(self, program: str) -> float:
        """Highest of the second half minus highest of the first: what never stops growing shows here."""
        values = self.rss_mb[program]
        half = len(values) // 2
        return max(values[half:]) - max(values[: half or 1])

    def broker_growth_mb(self) -> float:
        """The highest minus what it was at first."""
        return max(self.broker_mb) - self.broker_mb[0]

    def _watch(self) -> None:
        while not self._done.wait(EVERY_S):
            self._note()

    def _note(self) -> None:
        self.broker_mb.append(int(self._broker.info("memory")["used_memory"]) / 1e6)
        total: dict[str, float] = defaultdict(float)
        for name, rss_mb in self._processes():
            total[name] += rss_mb
        for name, rss_mb in total.items():
            self.rss_mb[name].append(rss_mb)

    def _processes(self) -> Iterator[tuple[str, float]]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if process not in self._known:  # looking into all of them each time would slow what is measured
                    self._known[process] = self._name(process)
                if name := self._known[process]:
                    status = (process / "status").read_text()
            except OSError:
                continue
            if name and "VmRSS:" in status:
                yield name, int(status.partition("VmRSS:")[2].split()[0]) / 1e3

    def _name(self, process: Path) -> str | None:
        """Which program of the stack a process is; None for none."""
        if self._data not in (process / "environ").read_bytes():
            return None
        command = (process / "cmdline").read_bytes().decode(errors="replace")
        return next((name for word, name in PROGRAMS.items() if word in command), None)
