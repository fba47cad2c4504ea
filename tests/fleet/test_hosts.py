"""Several hosts that share nothing but a network: one loses its power, another its cable, and every page ends once."""

import time
from functools import partial
from pathlib import Path

import cv2
import pytest

from formdigits.model_store import open_models
from formdigits.readings import PageReading
from formdigits.shipped import shipped_folder
from tests.chaos.audit import COUNTED, all_pages, audit_chunks, recount
from tests.chaos.harness.waiting import wait_until
from trainer.dataset import load_mnist

pytestmark = [pytest.mark.fleet, pytest.mark.integration, pytest.mark.postgresql, pytest.mark.rabbitmq]

N_DIGITS = 3000
CUT_S = 15
READS_WELL = 0.97
N_SWAPS = 3


def digit_images(folder: Path) -> dict[str, str]:
    """Images of MNIST's test part, and what they show by name."""
    _, (digits, labels) = load_mnist()
    folder.mkdir()
    shown = {}
    for number in range(N_DIGITS):
        name = f"{number:05}.png"
        cv2.imwrite(str(folder / name), 255 - digits[number])
        shown[name] = str(labels[number])
    return shown


def audit(formdigits, job_id: str, n_pages: int) -> dict[str, str]:
    """Every page once, in one state; counters are what the pages say.  Returns the readings by the scan's name."""
    job, rows = formdigits.ledger.progress(job_id), all_pages(formdigits.ledger, job_id)
    assert job.state == "done"
    assert [row.number for row in rows] == list(range(1, n_pages + 1))
    assert {name: getattr(job, name) for name in COUNTED} == recount(rows)
    assert job.n_ended == job.n_pages == n_pages
    formdigits.seen[f"read again, of {n_pages}"] = audit_chunks(formdigits.ledger, job, rows)
    readings = {row.name: row.result for row in rows if isinstance(row.result, PageReading)}
    assert {reading.model_version for reading in readings.values()} <= {
        version.version for version in open_models(formdigits.settings).versions()
    }
    return {name: "".join(field.text for field in reading.fields) for name, reading in readings.items()}


def test_a_host_loses_its_power_and_another_its_cable(formdigits, tmp_path):
    shown = digit_images(tmp_path / "scans")
    cards = sorted(shipped_folder("samples").glob("page-*"))
    one, two = formdigits.workers
    began = time.monotonic()
    digits = formdigits.client.submit([tmp_path / "scans"])
    forms = formdigits.client.submit(cards, form="water-meter-card")
    formdigits.seen["uploaded, s"] = round(time.monotonic() - began, 1)

    def n_ended() -> int:
        return formdigits.ledger.progress(digits).n_ended

    wait_until(lambda: n_ended() > N_DIGITS / 10, 180)
    one.kill()
    at_kill = n_ended()
    wait_until(lambda: n_ended() > at_kill + N_DIGITS / 10, 180)
    one.start()
    formdigits.start_worker(one)
    two.cut()
    time.sleep(CUT_S)
    two.join()
    joined = time.monotonic()
    formdigits.client.wait_all([digits, forms], timeout_s=300)
    formdigits.seen["from the cable's return to the end, s"] = round(time.monotonic() - joined, 1)
    formdigits.seen["everything, s"] = round(time.monotonic() - began, 1)

    said = audit(formdigits, digits, N_DIGITS)
    right = sum(said[name] == digit for name, digit in shown.items())
    assert right > READS_WELL * N_DIGITS
    assert len(audit(formdigits, forms, len(cards))) == len(cards)
    wait_until(lambda: all(formdigits.reads(host) for host in formdigits.workers), 120)


def test_a_promoted_version_is_served_by_every_host(formdigits):
    published = [formdigits.publish(), formdigits.publish()]
    swaps_s = []

    for version in published * N_SWAPS:
        formdigits.client.promote(version)
        promoted = time.monotonic()
        wait_until(partial(served_everywhere, formdigits, version), 60)
        swaps_s.append(round(time.monotonic() - promoted, 2))

    formdigits.seen["promoted to served everywhere, s"] = sorted(swaps_s)
    assert {worker.model_error for worker in formdigits.ledger.workers(seen_within_s=3)} == {None}


def served_everywhere(formdigits, version: str) -> bool:
    """Whether every reading process of every host has said that it serves this version."""
    serving = [formdigits.serving(host) for host in formdigits.workers]
    return all(serving) and {worker.model_version for of_host in serving for worker in of_host} == {version}
