"""The story of a bench run: make scans, start the stack, measure in turns, print ratios.  Start here."""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.at_size import measure_sizes
from bench.baselines import BareLoop, TutorialWorker
from bench.chart import draw_cost
from bench.images import FORM, write_images, write_pages
from bench.machine import describe_machine
from bench.product import Product, percentile
from bench.recovery import measure_recovery
from bench.report import print_figures
from bench.small_jobs import measure_small_jobs

N_IMAGES = 10_000
"""MNIST's test part; a longer job reads each of them several times."""
N_PAGES = 120
N_TUTORIAL_IMAGES = 300
"""One task an image takes so long that a sample has to do; the rate is what is compared."""
N_SINGLE = 60
N_SMALL_JOBS = 4_000
SIZES = (1_000, 10_000, 100_000, 1_000_000)


class Bench:
    """What is measured, and what it is measured with."""

    def __init__(self, folder: Path, n_runs: int, sizes: tuple[int, ...]) -> None:
        self._folder = folder
        self._n_runs = n_runs
        self._sizes = sizes
        self.images = write_images(folder / "images", N_IMAGES)
        self.pages = write_pages(folder / "pages", N_PAGES)

    def parts(self) -> dict[str, Callable[[Product], Any]]:
        """What can be measured, by name, in the order of measuring."""
        return {
            "images": self.throughput_of_images,
            "pages": self.throughput_of_pages,
            "one": self.one_image,
            "small": lambda product: measure_small_jobs(product, self.images, N_SMALL_JOBS),
            "sizes": lambda product: measure_sizes(product, self.images, self._sizes),
            "recovery": lambda product: measure_recovery(product, self.images),
        }

    def throughput_of_images(self, product: Product) -> dict[str, float]:
        """Digit images a second, beside the bare loop and the tutorial's worker, in turns."""
        with BareLoop() as bare, TutorialWorker(self._folder) as tutorial:
            product.read(self.images[:2000])
            bare.read(self.images[:1000])
            tutorial.read(self.images[:20])
            runs = [
                (product.read(self.images), bare.read(self.images), tutorial.read(self.images[:N_TUTORIAL_IMAGES]))
                for _ in range(self._n_runs)
            ]
        rates = dict(zip(("product", "bare_loop", "tutorial_worker"), _medians(runs), strict=True))
        return rates | {
            "to_bare_loop": statistics.median(product / bare for product, bare, _ in runs),
            "to_tutorial_worker": statistics.median(product / tutorial for product, _, tutorial in runs),
        }

    def throughput_of_pages(self, product: Product) -> dict[str, float]:
        """Form pages a second, beside the bare loop, in turns."""
        with BareLoop() as bare:
            bare.read(self.pages[:8], FORM)
            product.read(self.pages[:16], FORM)
            runs = [(product.read(self.pages, FORM), bare.read(self.pages, FORM)) for _ in range(self._n_runs)]
        rates = dict(zip(("product", "bare_loop"), _medians(runs), strict=True))
        return rates | {"to_bare_loop": statistics.median(product / bare for product, bare in runs)}

    def one_image(self, product: Product) -> dict[str, float]:
        """How long one image takes when nothing else is to do."""
        waits_ms = product.single_image_waits_ms(self.images[:N_SINGLE])
        return {"p50_ms": percentile(waits_ms, 50), "p95_ms": percentile(waits_ms, 95)}


def main() -> None:
    """Measure everything and print it."""
    options = _options()
    machine = describe_machine()
    print(f"machine: {machine}; median of {options.runs} runs", flush=True)
    figures: dict[str, Any] = {"machine": machine, "runs": options.runs}
    options.out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="formdigits-bench-") as name:
        folder = Path(name)
        bench = Bench(folder, options.runs, tuple(n for n in SIZES if n <= options.largest))
        with Product(folder / "data", roots=[folder]) as product:
            for part, measure in bench.parts().items():
                if part in options.parts:
                    figures[part] = measure(product)
                    print_figures(part, figures[part])
                    (options.out / "bench.json").write_text(json.dumps(figures, indent=1))
    if "sizes" in figures:
        draw_cost(figures["sizes"], machine, options.out / "cost-by-size.png")


def _options() -> argparse.Namespace:
    parts = ("images", "pages", "one", "small", "sizes", "recovery")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*parts, "all"], default="all", help="what to measure; all by default"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each rate; the median counts")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="images in the largest job")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder for the figures as JSON")
    options = parser.parse_args()
    options.parts = parts if "all" in options.parts else options.parts
    return options


def _medians(runs: list[tuple[float, ...]]) -> Iterator[float]:
    return map(statistics.median, zip(*runs, strict=True))


if __name__ == "__main__":
    main()
