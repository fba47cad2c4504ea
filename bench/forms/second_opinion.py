"""What a second opinion costs and catches: `python -m bench.forms.second_opinion`, the table in docs/operations.md.

Pages of the bench are read under two error budgets.  Of the fields that are accepted, how many does the other reader
doubt, and are these right?
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence

import cv2

from bench.forms.designs import BenchForms
from bench.forms.pages import FORMS, Drawn, draw
from bench.forms.reading import DrawnScans, path_of
from formdigits.arrays import DigitCrop
from formdigits.messages import Chunk, PageRef
from formdigits.model_version import DEFAULT_MODEL
from formdigits.readings import FieldReading, Outcome, PageReading
from worker.digit_classifier import DigitClassifier
from worker.rapid_reader import RapidReader
from worker.reading import read_chunks
from worker.second_opinion import CODE

DESIGNS = ("separate", "adjoining", "comb", "letter", "squares")
"""The forms with boxes."""
BUDGETS = (0.01, 0.05)
SEED = 777


class TimedReader(RapidReader):
    """Keeps what it said of a field, and how long that took."""

    def __init__(self) -> None:
        super().__init__()
        self.n_digits, self.seconds = 0, 0.0
        self._said: dict[bytes, str | None] = {}

    def disagrees(self, crops: Sequence[DigitCrop], text: str) -> str | None:
        """As the reader, whose answer to the same field is asked for once."""
        key = text.encode() + b"".join(crop.tobytes() for crop in crops)
        if key not in self._said:
            started = time.thread_time()
            self._said[key] = super().disagrees(crops, text)
            self.seconds += time.thread_time() - started
            self.n_digits += len(crops)
        return self._said[key]

    @property
    def n_fields(self) -> int:
        """How many fields were read."""
        return len(self._said)


def main() -> None:
    """Read the pages, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.forms.second_opinion", description=__doc__)
    parser.add_argument("--pages", type=int, default=440)
    n_pages = parser.parse_args().pages
    cv2.setNumThreads(1)
    reader, classifier, forms = TimedReader(), DigitClassifier(DEFAULT_MODEL, n_threads=1), BenchForms(DESIGNS)
    found: Counter[tuple[float, str]] = Counter()
    for number in range(n_pages):
        page = draw(FORMS, number, SEED, DESIGNS)
        for budget, kind in read(page, forms, classifier, reader):
            found[budget, kind] += 1
    report(found, reader)


def read(page: Drawn, forms: BenchForms, classifier: DigitClassifier, reader: TimedReader) -> list[tuple[float, str]]:
    """What became of each field of a page, under each budget."""
    pages = (PageRef(number=1, path=path_of(page)),)
    chunks = [
        Chunk(job_id="bench", chunk_id=i, form=page.form.ref, max_error=budget, pages=pages)
        for i, budget in enumerate(BUDGETS)
    ]
    results = read_chunks(chunks, forms=forms, scans=DrawnScans([page]), classifier=classifier, second=reader)
    return [
        (budget, kind_of(field, page.truth[field.name]))
        for i, budget in enumerate(BUDGETS)
        if isinstance(result := results[i][1], PageReading)
        for field in result.fields
    ]


def kind_of(field: FieldReading, truth: str) -> str:
    """Whether a field is accepted or doubted, and right or wrong."""
    right = "right" if field.text == truth else "wrong"
    if field.outcome is Outcome.ACCEPTED:
        return f"accepted {right}"
    return f"doubted {right}" if [doubt.code for doubt in field.doubts] == [CODE] else "other"


def report(found: Counter[tuple[float, str]], reader: TimedReader) -> None:
    """Print what was counted."""
    print("| error budget | accepted by the network | the other reader doubts, of the right ones | of the wrong ones |")
    print("|---|---|---|---|")
    for budget in BUDGETS:
        right, wrong = (
            found[budget, f"accepted {one}"] + found[budget, f"doubted {one}"] for one in ("right", "wrong")
        )
        doubted_right, doubted_wrong = found[budget, "doubted right"], found[budget, "doubted wrong"]
        n_read = sum(n for (one, _), n in found.items() if one == budget)
        accepted = f"{right + wrong:,} of {n_read:,}, {wrong} wrong"
        print(f"| {budget:g} | {accepted} | {doubted_right / max(right, 1):.2%} | {doubted_wrong} of {wrong} |")
    per_field_ms = 1000 * reader.seconds / max(reader.n_fields, 1)
    print(f"{per_field_ms:.0f} ms a field, {reader.n_digits / max(reader.seconds, 1e-9):.0f} digits a second and core")


if __name__ == "__main__":
    main()
