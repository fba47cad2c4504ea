"""The story of a run: make the files, measure every runtime in turns, write the page.  Start here."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.digits.answers import figures_of_digits
from bench.machine import describe_machine
from bench.network.files import CROPS
from bench.network.installed import installed_mb
from bench.network.report import PAGE, write_page
from bench.network.runtimes import RUNTIMES
from formdigits.arrays import N_CLASSES
from formdigits.model_version import DEFAULT_MODEL, verify

CORES = (1, 2)
FIRST = next(iter(RUNTIMES))


def main() -> None:
    """Measure and write."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="formdigits-") as name:
        folder = Path(name)
        print("making the files of all runtimes", flush=True)
        subprocess.run([sys.executable, "-m", "bench.network.files", folder], check=True, stdout=subprocess.DEVNULL)
        runs = [
            (runtime, n_cores, measured(runtime, n_cores, folder))
            for _ in range(options.rounds)
            for runtime in options.runtimes
            for n_cores in CORES
        ]
        found = {runtime: together(runtime, runs) | agreement(runtime, folder) for runtime in options.runtimes}
    origin = {"machine": describe_machine(), "version": verify(DEFAULT_MODEL).version, "rounds": options.rounds}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "network.json").write_text(json.dumps(origin | {"of": found}, indent=1) + "\n")
    write_page(origin | {"of": found}, options.page)
    print(f"written: {options.page}")


def measured(runtime: str, n_cores: int, folder: Path) -> dict[str, Any]:
    """Ask a fresh process."""
    print(f"{runtime} on {n_cores}", flush=True)
    command = [sys.executable, "-W", "ignore", "-m", "bench.network.child", runtime, str(n_cores), str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def together(runtime: str, runs: list[tuple[str, int, dict[str, Any]]]) -> dict[str, Any]:
    """The quickest of all rounds, because only other programs make one slower; and the size of what is installed."""
    own = {n_cores: [found for name, n, found in runs if (name, n) == (runtime, n_cores)] for n_cores in CORES}
    return {
        "ms": {
            n_cores: {size: min(found["ms"][size] for found in some) for size in some[0]["ms"]}
            for n_cores, some in own.items()
        },
        "start_s": min(found["start_s"] for found in own[CORES[0]]),
        "memory_mb": max(found["memory_mb"] for found in own[CORES[-1]]),
        "installed_mb": installed_mb(RUNTIMES[runtime].packages),
    }


def agreement(runtime: str, folder: Path) -> dict[str, Any]:
    """How far a runtime is from what is served, and how well it reads."""
    labels = np.load(folder / CROPS)["labels"]
    found, served = (calibrated(np.load(folder / f"{name}-{CORES[0]}.npy")) for name in (runtime, FIRST))
    return {
        "largest_difference": float(np.abs(found - served).max()),
        "same_answer": float((found.argmax(axis=1) == served.argmax(axis=1)).mean()),
        "reading": figures_of_digits(found, labels)[0],
    }


def calibrated(raw: np.ndarray) -> np.ndarray:
    """As a worker turns it into probabilities, shape (n, 11)."""
    return verify(DEFAULT_MODEL).calibration.apply(np.pad(raw, ((0, 0), (0, N_CLASSES - raw.shape[1]))))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.network", description=__doc__)
    parser.add_argument("--runtimes", nargs="+", choices=list(RUNTIMES), default=list(RUNTIMES))
    parser.add_argument("--rounds", type=int, default=3, help="the quickest of so many counts")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder for the figures as JSON")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    options = parser.parse_args()
    if FIRST not in options.runtimes:
        parser.error(f"{FIRST} is what the others are compared with")
    return options


if __name__ == "__main__":
    main()
