"""The story of a run: draw what people write, read it with constraints and without them, count.  Start here.

    python -m bench.joint_decoding

One in a hundred is written wrong, half of these by a slip of the pen in one digit and half altogether.  The digits of a
page are worn alike, in ways that no calibration has seen.  `docs/form-templates.md` has the table.
"""

import argparse

import numpy as np

from bench.joint_decoding.kinds import kinds
from bench.joint_decoding.pages import draw_pages, worn_scans
from bench.joint_decoding.reading import read_pages
from bench.joint_decoding.tables import HEADS, HEADS_OF_CONFIDENCES, Run, row_of_confidences, rows, table_head
from formdigits.model_version import DEFAULT_MODEL
from worker.digit_classifier import DigitClassifier

SEED = 77
BUDGETS = (0.01, 0.002)


def main() -> None:
    """Print the table of the document, then what shows whether the confidences are right and what they cost."""
    n = _options().fields
    classifier = DigitClassifier(DEFAULT_MODEL)
    scans = worn_scans(classifier, SEED)
    print(table_head(HEADS))
    runs = []
    for kind in kinds(np.random.default_rng(SEED)):
        pages = draw_pages(kind, scans, -(-n // len(kind.fields)), np.random.default_rng(SEED))
        for max_error in BUDGETS:
            without, with_it = (
                read_pages(form, pages, max_error, classifier, kind.roster) for form in (kind.bare_form, kind.form)
            )
            runs.append(Run(kind, max_error, without, with_it))
            print("\n".join(rows(runs[-1])), flush=True)
    print("\n" + table_head(HEADS_OF_CONFIDENCES), *map(row_of_confidences, runs), sep="\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.joint_decoding", description=__doc__)
    parser.add_argument("--fields", type=int, default=20_000, help="numbers of each kind and budget")
    return parser.parse_args()


if __name__ == "__main__":
    main()
