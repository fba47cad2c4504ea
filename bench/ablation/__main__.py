"""The story of a run: train once with everything, then once without each part, and write what it did to the figures.

Every training is kept, so that a run that is broken off goes on where it was.  Start here.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.digits.card_tables import percent
from bench.forms.report import table
from bench.machine import describe_machine
from formdigits.messages import Recipe

PAGE = Path(__file__).parents[2] / "docs" / "ablation.md"
TRAINER = Path(__file__).parents[2] / "trainer"
EVERYTHING = "everything"
COLUMNS = {
    "mnist_error": "MNIST test, wrong",
    "worn_error": "corruptions, wrong",
    "hands_error": "foreign hands, wrong",
    "rubbish": "rubbish accepted",
    "letters": "letters accepted",
}
TEXT = """# What each part of the recipe brings

`make ablation` writes this page. Every row is a short training with one part of the recipe left out, {epochs} epochs on
{n_digits:,} digits of MNIST with seed {seeds}; the model that ships is trained longer, so what counts here is the
distance from the first row. What is measured on is that of the [model card](model-card.md), on fewer cells: the mean
error over twelve corruptions at five strengths, scikit-learn's digits, rubbish and letters that are accepted where 1 %
of digits are rejected. On {machine}.

{rows}
{noise}"""


def main() -> None:
    """Train what has not been trained, and write the page."""
    options = _options()
    recipes = [Recipe(epochs=options.epochs, n_digits=options.digits, seed=seed) for seed in options.seeds]
    folder = options.out / fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    found = {part: [trained(part, recipe, folder) for recipe in recipes] for part in options.parts}
    words = {"epochs": options.epochs, "n_digits": options.digits, "machine": describe_machine()}
    seeds = " and ".join(map(str, options.seeds))
    PAGE.write_text(TEXT.format(**words, seeds=seeds, rows=rows(found), noise=noise(found)))
    print(f"written: {PAGE}")


def fingerprint() -> str:
    """Changes with the trainer: trainings of another recipe are not taken."""
    texts = b"".join(path.read_bytes() for path in sorted(TRAINER.glob("*.py")))
    return hashlib.sha256(texts).hexdigest()[:12]


def trained(part: str, recipe: Recipe, folder: Path) -> dict[str, float]:
    """What came of a training, now or before."""
    name = hashlib.sha256(f"{part} {recipe.model_dump_json()}".encode()).hexdigest()[:12]
    file = folder / f"{name}.json"
    if not file.exists():
        started = time.monotonic()
        print(f"without {part}, seed {recipe.seed}" if part != EVERYTHING else f"all, seed {recipe.seed}", flush=True)
        command = [sys.executable, "-W", "ignore", "-m", "bench.ablation.one", part, recipe.model_dump_json()]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        file.write_text(done.stdout.splitlines()[-1] + "\n")
        print(f"  {file.read_text().strip()} after {time.monotonic() - started:.0f} s", flush=True)
    found: dict[str, float] = json.loads(file.read_text())
    return found


def rows(found: dict[str, list[dict[str, float]]]) -> str:
    """The mean of all seeds, a row for each part."""
    means = {part: {key: float(np.mean([one[key] for one in some])) for key in COLUMNS} for part, some in found.items()}
    lines = [
        (part if part == EVERYTHING else f"without {part}", *(percent(mean[key]) for key in COLUMNS))
        for part, mean in means.items()
    ]
    return table(("recipe", *COLUMNS.values()), lines)


def noise(found: dict[str, list[dict[str, Any]]]) -> str:
    """How far two seeds lie apart: less than that is chance."""
    if min(map(len, found.values())) < 2:
        return ""
    apart = {key: float(np.mean([np.ptp([one[key] for one in some]) for some in found.values()])) for key in COLUMNS}
    words = ", ".join(f"{name} {percent(apart[key])}" for key, name in COLUMNS.items())
    return f"\nThe same training with another seed differs by this on average: {words}.\n"


def _options() -> argparse.Namespace:
    from bench.ablation.parts import PARTS  # noqa: PLC0415 TensorFlow is slow to load

    parser = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--digits", type=int, default=20_000, help="of MNIST, to train on")
    parser.add_argument("--seeds", type=int, nargs="+", default=[2026, 2027])
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=Path, default=Path("bench-results/ablation"), help="where trainings are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
