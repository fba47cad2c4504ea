"""The story of a run: measure the parts that are asked for, keep their figures, write the model card.  Start here."""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.digits import clean, comparison, strangers, worn
from bench.digits.card import CARD, write_card
from bench.digits.pictures import draw_corruptions, draw_errors, draw_strangers
from bench.digits.run import N_TEST, Figures, Run, classifier
from bench.machine import describe_machine


def corruptions(run: Run) -> Figures:
    """The twelve corruptions, and pictures of them."""
    draw_corruptions(run)
    found = worn.measure(run)
    draw_errors(found, run.folder / "corruption-errors.png")
    return found


def none(run: Run) -> Figures:
    """What is no digit, and pictures of it."""
    draw_strangers(run)
    return strangers.measure(run)


PARTS: dict[str, Callable[[Run], Figures]] = {
    "mnist": clean.measure_mnist,
    "corruptions": corruptions,
    "scans": clean.measure_scans,
    "hands": clean.measure_hands,
    "none": none,
    "readers": comparison.measure,
}
"""What can be measured, in the order of measuring."""


def main() -> None:
    """Measure, and put the card together from what was measured of this model, now or before."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    run = Run(options.seed, options.digits, options.processes, options.out)
    for name in options.only:
        started = time.monotonic()
        print(f"{name}: measuring", flush=True)
        figures = PARTS[name](run)
        origin = {"version": classifier().version, "seed": run.seed, "machine": describe_machine()}
        text = json.dumps(origin | {"figures": figures}, indent=1)
        (run.folder / f"{name}.json").write_text(text + "\n")
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    write_card(run.folder, options.card, classifier().manifest)
    print(f"written: {options.card}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.digits", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="measure these parts anew")
    parser.add_argument("--digits", type=int, default=N_TEST, help="at most so many of a set; fewer for a quick look")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("bench-results/digits"), help="where figures are kept")
    parser.add_argument("--card", type=Path, default=CARD, help="where the card is written, its pictures beside it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
