"""How long a job stands still when one of the programs is killed in its middle."""

import time
from collections.abc import Sequence
from pathlib import Path

from bench.product import Product
from formdigits.errors import ServerUnreachable

PROGRAMS = {"worker": "worker.app", "broker": "valkey", "page": "gunicorn"}


def measure_recovery(product: Product, images: Sequence[Path]) -> dict[str, float]:
    """Seconds from the kill until the next page was read, by the program that was killed."""
    return {name: _kill_in_the_middle(product, images, word) for name, word in PROGRAMS.items()}


def _kill_in_the_middle(product: Product, images: Sequence[Path], word: str) -> float:
    job_id = product.client.submit(images)
    while _n_read(product, job_id) < len(images) // 5:
        time.sleep(0.05)
    product.kill(word)
    killed_at = time.perf_counter()
    time.sleep(0.3)  # what was under way elsewhere is over
    before = -1
    while before < 0:
        before = _n_read(product, job_id)
    while _n_read(product, job_id) <= before:
        time.sleep(0.05)
    stood_still_s = time.perf_counter() - killed_at
    job = product.client.wait(job_id)
    assert (job["n_read"], job["n_failed"]) == (len(images), 0), job
    return stood_still_s


def _n_read(product: Product, job_id: str) -> int:
    """Pages read so far; -1 while the page does not answer."""
    try:
        return int(product.client.status(job_id)["n_read"])
    except ServerUnreachable:
        return -1
