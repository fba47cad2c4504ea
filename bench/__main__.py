"""The story of a bench run: make images, start the stack, measure in turns, print ratios.  Start here."""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from bench.baselines import BareLoop, TutorialWorker
from bench.images import link_images, write_images
from bench.machine import describe_machine
from bench.product import Product, percentile

N_IMAGES = 10_000
N_TUTORIAL_IMAGES = 300
"""One task an image takes so long that a sample has to do; the rate is what is compared."""
N_PATHS = 100_000
N_SINGLE = 60


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each figure; the median counts")
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder for the figures as JSON")
    options = parser.parse_args()

    machine = describe_machine()
    print(f"machine: {machine}; median of {options.runs} runs\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="formdigits-bench-") as folder:
        images = write_images(Path(folder) / "images", N_IMAGES)
        many = link_images(images, Path(folder) / "many", N_PATHS)
        figures = measure(Path(folder), images, many, options.runs)
    options.out.mkdir(exist_ok=True)
    (options.out / "bench.json").write_text(json.dumps({"machine": machine, **figures}, indent=1))


def measure(folder: Path, images: list[Path], many: list[Path], n_runs: int) -> dict[str, object]:
    """All figures, by name."""
    with Product(folder / "data", roots=[folder]) as product, BareLoop() as bare, TutorialWorker(folder) as tutorial:
        product.read(images[:1000])
        bare.read(images[:1000])
        tutorial.read(images[:20])
        runs = [
            (product.read(images), bare.read(images), tutorial.read(images[:N_TUTORIAL_IMAGES])) for _ in range(n_runs)
        ]
        waits_ms = product.single_image_waits_ms(images[:N_SINGLE])
        big = product.submit_many(many)
    medians = [statistics.median(rates) for rates in zip(*runs, strict=True)]
    figures = {
        "images_per_s": dict(zip(("product", "bare_loop", "tutorial_worker"), medians, strict=True)),
        "product_to_bare_loop": statistics.median(product / bare for product, bare, _ in runs),
        "product_to_tutorial_worker": statistics.median(product / tutorial for product, _, tutorial in runs),
        "one_image_p50_ms": percentile(waits_ms, 50),
        "one_image_p95_ms": percentile(waits_ms, 95),
        "many_paths": big,
    }
    report(figures)
    return figures


def report(figures: dict[str, object]) -> None:
    """Print the figures beside what is asked of them."""
    rates, big = figures["images_per_s"], figures["many_paths"]
    assert isinstance(rates, dict)
    assert isinstance(big, dict)
    rows = [
        ("10,000 digit images, product", f"{rates['product']:,.0f} images/s", ""),
        ("  bare loop in one process, batches of 256", f"{rates['bare_loop']:,.0f} images/s", ""),
        ("  tutorial worker, one task an image", f"{rates['tutorial_worker']:,.1f} images/s", ""),
        ("  product : bare loop", f"{figures['product_to_bare_loop']:.2f}", ">= 0.6"),
        ("  product : tutorial worker", f"{figures['product_to_tutorial_worker']:,.0f}", ">= 200"),
        ("one image, submit to result, idle: p50", f"{figures['one_image_p50_ms']:.0f} ms", "< 150 ms"),
        ("  p95", f"{figures['one_image_p95_ms']:.0f} ms", ""),
        ("100,000 paths in one job: submit", f"{big['submit_s']:.2f} s", "< 5 s"),
        ("  growth of the broker's memory, highest", f"{big['broker_growth_mb']:.2f} MB", "< 2 MB"),
        ("  progress poll while it runs: p99", f"{big['poll_p99_ms']:.1f} ms", "< 20 ms"),
        ("  read, each exactly once", f"{big['n_read']:,} of {big['n_pages']:,} in {big['read_s']:.1f} s", "all"),
    ]
    for name, value, asked in rows:
        print(f"{name:48} {value:>26}   {asked}")


if __name__ == "__main__":
    main()
