"""What constraints bring: fields of worn MNIST test digits, decided without them and with each of them.

    python -m bench.joint_decoding

One in a hundred numbers is written wrong, half of these by a slip of the pen in one digit and half altogether.  The
digits of a field are worn alike, in ways that no calibration has seen.  `docs/form-templates.md` has the table.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from formdigits.calibration import least_for
from formdigits.constraints import find_broken, judge_field
from formdigits.form_template import Boxes, Constraints, Field, Roster
from formdigits.model_version import DEFAULT_MODEL
from formdigits.readings import CellReading, FieldReading
from samples.pen import load_test_digits
from trainer.wear import worn_ways
from worker.decision import decide, read_cells
from worker.digit_classifier import DigitClassifier

WRITTEN_WRONG = 0.01
N_WAYS = 4
SEED = 77
BUDGETS = (0.01, 0.005, 0.002)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
Rng = np.random.Generator
Scan = dict[str, list[CellReading]]
"""The readings of crops that were worn alike, by the digit that they show."""


class Kind(NamedTuple):
    """One way to constrain a field of `n_digits`."""

    name: str
    n_digits: int
    constraints: Constraints
    draw: Callable[[Rng], str]
    """A number that is right."""
    roster: frozenset[str] | None = None

    @property
    def field(self) -> Field:
        boxes = Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=self.n_digits)
        return Field(name="number", boxes=boxes, constraints=self.constraints)


class Decision(NamedTuple):
    """One field, as it is written and as it is read."""

    truth: str
    reading: FieldReading
    keeps_rules: bool
    cpu_s: float

    @property
    def is_wrong(self) -> bool:
        return self.reading.text != self.truth

    @property
    def may_be_accepted(self) -> bool:
        return self.keeps_rules and "?" not in (self.reading.raw or self.reading.text)


def kinds(rng: Rng) -> Iterator[Kind]:
    """No constraint, then one of each sort."""
    yield Kind("none", 8, Constraints(), lambda rng: any_number(rng, 8))
    for check in ("luhn", "mod11", "mod97", "verhoeff", "damm"):
        constraints = Constraints(check_digit=check)
        yield Kind(f"check digit, {check}", 8, constraints, lambda rng, c=constraints: kept_number(rng, 8, c))
    for size in (1_000, 100_000):
        listed = sorted({any_number(rng, 8) for _ in range(size)})
        wanted = Constraints(roster=Roster(file="all.txt"))
        yield Kind(
            f"roster of {size:,}", 8, wanted, lambda rng, one=listed: one[rng.integers(len(one))], frozenset(listed)
        )
    block = [f"{n:05}" for n in range(41_000, 42_000)]
    yield Kind("roster of 1,000 in a row", 5, wanted, lambda rng: block[rng.integers(len(block))], frozenset(block))
    yield Kind("date, DDMMYYYY", 8, Constraints(date="DDMMYYYY"), any_date)
    yield Kind("range to 5 million", 8, Constraints(range=(0, 5e6)), lambda rng: f"{rng.integers(5_000_001):08}")


def any_number(rng: Rng, n_digits: int) -> str:
    """Digits by lot."""
    return "".join(map(str, rng.integers(0, 10, n_digits)))


def any_date(rng: Rng) -> str:
    """A day of the last hundred years."""
    day = np.datetime64("1926-01-01") + int(rng.integers(36_500))
    year, month, of_month = str(day).split("-")
    return of_month + month + year


def kept_number(rng: Rng, n_digits: int, constraints: Constraints) -> str:
    """A number that keeps its check digits."""
    while True:
        number = any_number(rng, n_digits)
        if not any(find_broken(constraints, number, None)):
            return number


def written(kind: Kind, rng: Rng) -> str:
    """What a person writes: now and then what is wrong."""
    number = kind.draw(rng)
    while rng.random() < WRITTEN_WRONG:
        if rng.random() < 0.5:
            return any_number(rng, kind.n_digits)
        place = int(rng.integers(kind.n_digits))
        return number[:place] + str((int(number[place]) + int(rng.integers(1, 10))) % 10) + number[place + 1 :]
    return number


def worn_scans(classifier: DigitClassifier) -> list[Scan]:
    """MNIST's test digits as several scans have them, read."""
    digits = load_test_digits()
    worn = worn_ways((255 - digits.images)[..., None], n_ways=N_WAYS, seed=SEED)
    cells = read_cells(classifier.predict(worn.pixels.astype(np.float32) / 255))
    scans: list[Scan] = [{d: [] for d in "0123456789"} for _ in range(int(worn.scans.max()) + 1)]
    for cell, row, scan in zip(cells, worn.rows, worn.scans, strict=True):
        scans[scan][str(digits.labels[row])].append(cell)
    return scans


def decisions(kind: Kind, scans: Sequence[Scan], classifier: DigitClassifier, n: int) -> Iterator[Decision]:
    """Draw fields and decide them."""
    rng = np.random.default_rng(SEED)
    field, roster = kind.field, kind.roster
    decided = partial(decide, field, max_error=1, thresholds=classifier, polygon_px=CORNERS, roster=roster)
    for number in range(n):
        truth, scan = written(kind, rng), scans[number % len(scans)]
        cells = [scan[digit][int(rng.integers(len(scan[digit])))] for digit in truth]
        started = time.process_time()
        reading = decided(cells)
        cpu_s = time.process_time() - started
        yield Decision(truth, reading, not judge_field(field, reading.text, roster)[1], cpu_s)


def row(kind: Kind, found: Sequence[Decision], max_error: float, least: float) -> str:
    """A line of the table."""
    alone = max(least, 1 - max_error)
    accepted = [
        one
        for one in found
        if one.may_be_accepted and one.reading.confidence >= (alone if one.reading.changes else least)
    ]
    changed = [one for one in accepted if one.reading.changes]
    cells = (
        kind.name,
        f"{max_error:.1%}",
        f"{len(accepted) / len(found):.1%}",
        f"{sum(one.is_wrong for one in accepted)} of {len(accepted)}",
        f"{np.mean([one.is_wrong for one in accepted]):.3%}",
        f"{np.mean([1 - one.reading.confidence for one in accepted]):.3%}",
        f"{sum(one.is_wrong for one in changed)} of {len(changed)}",
        f"{1e6 * float(np.median([one.cpu_s for one in found])):.0f}",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", type=int, default=20_000, help="of each kind and budget")
    n = parser.parse_args().fields
    classifier = DigitClassifier(DEFAULT_MODEL)
    scans = worn_scans(classifier)
    heads = "constraint, budget, accepted, wrong, as a share, by their confidences, wrong among changed, CPU in µs"
    print("| " + " | ".join(heads.split(", ")) + " |\n" + "|---" * len(heads.split(", ")) + "|")
    for kind in kinds(np.random.default_rng(SEED)):
        found = list(decisions(kind, scans, classifier, n))
        for max_error in BUDGETS:
            least = least_for(classifier, max_error, kind.n_digits)
            print(row(kind, found, max_error, least), flush=True)


if __name__ == "__main__":
    main()
