"""One job of more and more images: what it costs must not depend on how many there are."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.images import link_images
from bench.product import Product, percentile, until_ended


def measure_sizes(product: Product, images: Sequence[Path], sizes: Sequence[int]) -> list[dict[str, Any]]:
    """One job of each size, one after the other."""
    return [_measure(product, images, n) for n in sizes]


def _measure(product: Product, images: Sequence[Path], n: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=images[0].parent.parent) as folder, product.watch_memory() as memory:
        link_images(images, Path(folder) / "scans", n)
        started = time.perf_counter()
        job_id = product.client.submit([folder])
        submit_s = time.perf_counter() - started
        first_result_s = _first_result(product, job_id) - started - submit_s
        answers_before = product.progress_answers()
        polled = until_ended(product.client, job_id, every_s=0.05)
        read_s = time.perf_counter() - started
    assert (polled.job["n_read"], polled.job["n_failed"]) == (n, 0), polled.job
    return {
        "n_images": n,
        "submit_s": submit_s,
        "first_result_s": first_result_s,
        "read_s": read_s,
        "images_per_s": n / read_s,
        "progress_p99_ms": percentile(polled.calls_ms, 99),
        "empty_call_p99_ms": percentile(polled.empty_calls_ms, 99),
        "progress_answered_in_5_ms": (product.progress_answers() - answers_before).share_in_5_ms,
        "broker_growth_mb": memory.broker_growth_mb(),
        "worker_growth_mb": memory.growth_mb("worker"),
        "page_growth_mb": memory.growth_mb("page"),
    }


def _first_result(product: Product, job_id: str) -> float:
    while product.client.status(job_id)["n_read"] == 0:
        time.sleep(0.01)
    return time.perf_counter()
