"""Whether programs keep what they take: their memory over time, each life of a program by itself."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import psutil

WARM_S = 20.0
"""The first seconds of a program say nothing: it loads, and fills its caches."""


class Sample(NamedTuple):
    """The memory of one process at one moment."""

    pid: int
    at_s: float
    rss_bytes: int


class Memory:
    """Samples of some programs."""

    def __init__(self) -> None:
        self._samples: dict[str, list[Sample]] = {}

    def sample(self, name: str, pid: int, at_s: float) -> None:
        """Look at a process, if it still lives."""
        try:
            rss_bytes = psutil.Process(pid).memory_info().rss
        except psutil.NoSuchProcess:
            return
        self._samples.setdefault(name, []).append(Sample(pid, at_s, rss_bytes))

    def slopes(self) -> Iterator[tuple[str, float, float]]:
        """Of every program the bytes that it grows in a minute, and the minutes that were looked at."""
        for name, samples in self._samples.items():
            times, bytes_ = np.array(list(self._within_lives(samples))).T
            spread = float((times**2).sum())
            slope = float((times * bytes_).sum() / spread) if spread else 0.0
            yield name, 60 * slope, len(times) * self._apart_s(samples) / 60

    def _within_lives(self, samples: list[Sample]) -> Iterator[tuple[float, float]]:
        """Every sample of a warm program, as it differs from the middle of its life."""
        yield 0.0, 0.0
        for pid in {sample.pid for sample in samples}:
            mine = [sample for sample in samples if sample.pid == pid]
            warm = np.array([(s.at_s, s.rss_bytes) for s in mine if s.at_s > mine[0].at_s + WARM_S])
            if len(warm) > 1:
                yield from map(tuple, warm - warm.mean(axis=0))

    def _apart_s(self, samples: list[Sample]) -> float:
        return (samples[-1].at_s - samples[0].at_s) / max(1, len(samples) - 1)
