"""The story of a run: draw and read all pages, count, measure what a page costs, print the tables.  Start here."""

import argparse
import json
from pathlib import Path

from bench.forms.cost import measure_cost
from bench.forms.designs import SHARES
from bench.forms.figures import figures
from bench.forms.report import report
from bench.forms.run import Plan, run
from bench.machine import describe_machine

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "forms-measured.md"
START, END = "<!-- tables -->", "<!-- end of tables -->"


def main() -> None:
    """Measure and print; `--write` puts the tables into the docs."""
    options = _options()
    plan = Plan(options.seed, options.pages, options.strangers, tuple(options.designs), options.out, options.processes)
    found = figures(run(plan)) | {"machine": describe_machine(), "seed": plan.seed}
    found["cost"] = measure_cost(plan.folder / "cost")
    text = report(found)
    (plan.folder / "figures.json").write_text(json.dumps(found, indent=1) + "\n")
    (plan.folder / "tables.md").write_text(text)
    print(text)
    if options.write:
        write_tables(text, found["machine"], plan)


def write_tables(text: str, machine: str, plan: Plan) -> None:
    """Put the tables into the document, between its two marks."""
    before, start, rest = DOCUMENT.read_text().partition(START)
    _, end, after = rest.partition(END)
    head = f"{plan.n_forms:,} forms and {plan.n_strangers:,} strangers, seed {plan.seed}, on {machine}.\n\n"
    DOCUMENT.write_text(f"{before}{start}\n\n{head}{text}\n{end}{after}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.forms", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000, help="filled forms")
    parser.add_argument("--strangers", type=int, default=1000, help="pages that are not the form")
    parser.add_argument("--designs", nargs="+", choices=list(SHARES), default=list(SHARES))
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/forms-measured.md")
    parser.add_argument("--out", type=Path, default=Path("bench-results/forms"), help="a run that was cut goes on here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
