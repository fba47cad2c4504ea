"""One runtime, alone in a fresh process on so many cores: start-up, time a batch, memory, and what it computes."""

import json
import os
import statistics
import sys
import time
from pathlib import Path

BATCHES = (1, 4, 16, 64, 256, 1024)
FIRST = 64
"""Crops of the batch that ends starting up."""
LARGEST_SERVED = 256
LEAST_ROUNDS, MOST_ROUNDS, ENOUGH_S = 5, 400, 1.2
"""Of each size; more rounds of small batches."""


def main(name: str, n_cores: int, folder: Path) -> None:
    """Measure and print one object of JSON."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:n_cores])
    import numpy as np  # noqa: PLC0415 only what the runtime needs is loaded, and the clock is running

    from bench.network.files import CROPS  # noqa: PLC0415
    from bench.network.runtimes import RUNTIMES  # noqa: PLC0415

    with np.load(folder / CROPS) as arrays:
        crops = arrays["crops"]
    before_s, before_mb = time.process_time(), memory_mb()
    compute = RUNTIMES[name].load(folder, n_cores)
    first = compute(crops[:FIRST])
    assert np.allclose(first.sum(axis=1), 1, atol=0.001), f"{name} gives no probabilities: {first[0]}"
    found: dict[str, object] = {"start_s": time.process_time() - before_s}
    times = {}
    for size in BATCHES:
        times[size] = ms_of(lambda batch=crops[:size]: compute(batch))
        if size == LARGEST_SERVED:
            found["memory_mb"] = memory_mb() - before_mb
    parts = [compute(crops[start : start + LARGEST_SERVED]) for start in range(0, len(crops), LARGEST_SERVED)]
    np.save(folder / f"{name}-{n_cores}.npy", np.concatenate(parts))
    print(json.dumps(found | {"ms": times}))


def ms_of(call: object) -> float:
    """The median time of a call, in milliseconds."""
    assert callable(call)
    for _ in range(2):
        call()
    times: list[float] = []
    started = time.perf_counter()
    while len(times) < LEAST_ROUNDS or (len(times) < MOST_ROUNDS and time.perf_counter() - started < ENOUGH_S):
        before = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - before))
    return statistics.median(times)


def memory_mb() -> float:
    """What this process has in memory."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(lines["VmRSS"].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
