"""The figures of a bench run as a person reads them, each beside what is asked of it."""

from collections.abc import Callable
from typing import Any

Row = tuple[str, str, str]


def print_figures(part: str, figures: Any) -> None:
    """Print one part of a run."""
    print()
    for name, value, asked in ROWS[part](figures):
        print(f"{name:56} {value:>22}   {asked}", flush=True)


def _images(found: dict[str, float]) -> list[Row]:
    return [
        ("10,000 digit images in one job", f"{found['product']:,.0f} images/s", ""),
        ("  bare loop in one process, batches of 256", f"{found['bare_loop']:,.0f} images/s", ""),
        ("  tutorial worker, one task an image", f"{found['tutorial_worker']:,.1f} images/s", ""),
        ("  product : bare loop", f"{found['to_bare_loop']:.2f}", ">= 0.85"),
        ("  product : tutorial worker", f"{found['to_tutorial_worker']:,.0f}", ""),
    ]


def _pages(found: dict[str, float]) -> list[Row]:
    return [
        ("form pages in one job", f"{found['product']:,.1f} pages/s", ""),
        ("  bare loop in one process, 8 pages at a time", f"{found['bare_loop']:,.1f} pages/s", ""),
        ("  product : bare loop", f"{found['to_bare_loop']:.2f}", ">= 0.95"),
    ]


def _one(found: dict[str, float]) -> list[Row]:
    return [
        ("one image, submit to result, idle: p50", f"{found['p50_ms']:.0f} ms", "< 80 ms"),
        ("  p95", f"{found['p95_ms']:.0f} ms", "< 250 ms"),
    ]


def _small(found: dict[str, float]) -> list[Row]:
    return [
        (f"{found['n_jobs']:,} one-image jobs from 8 programs", f"{found['jobs_per_s']:,.0f} jobs/s", ">= 300"),
        ("  submit to result: p50", f"{found['p50_s']:.2f} s", ""),
        ("  p95", f"{found['p95_s']:.2f} s", "< 2 s"),
    ]


def _sizes(found: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for size in found:
        largest = size is found[-1]
        rows += [
            (f"{size['n_images']:,} images in one job: submit", f"{size['submit_s']:.2f} s", "< 30 s" * largest),
            ("  first result after that", f"{size['first_result_s']:.2f} s", "< 2 s"),
            ("  submitting and reading", f"{size['images_per_s']:,.0f} images/s", ""),
            (
                "  progress calls that the page answers within 5 ms",
                f"{size['progress_answered_in_5_ms']:.1%}",
                ">= 99 %",
            ),
            ("    as a client sees them: p99", f"{size['progress_p99_ms']:.1f} ms", ""),
            ("    calls that ask for nothing, the same: p99", f"{size['empty_call_p99_ms']:.1f} ms", ""),
            ("  growth of the broker's memory", f"{size['broker_growth_mb']:.2f} MB", "< 5 MB"),
            ("  growth of the workers', second half over first", f"{size['worker_growth_mb']:.1f} MB", "flat"),
            ("  growth of the page's, second half over first", f"{size['page_growth_mb']:.1f} MB", "flat"),
        ]
    return rows


def _recovery(found: dict[str, float]) -> list[Row]:
    return [
        (f"{program} killed in a job: until the next page is read", f"{seconds:.1f} s", "< lease + 10 s = 40 s")
        for program, seconds in found.items()
    ]


ROWS: dict[str, Callable[[Any], list[Row]]] = {
    "images": _images,
    "pages": _pages,
    "one": _one,
    "small": _small,
    "sizes": _sizes,
    "recovery": _recovery,
}
