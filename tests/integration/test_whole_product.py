"""The real stack end to end: every page that was acknowledged is read exactly once, whatever happens in the middle."""

import json

import cv2
import httpx
import pytest

from formdigits.form_template import FormShelf
from formdigits.readings import PageReading
from samples.draw import fill_pages
from submit_ui.stack import free_port
from tests.running_stack import RunningStack, wait_until
from trainer.dataset import load_mnist

pytestmark = pytest.mark.integration

N_IMAGES = 3000
N_PAGES = 24


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    return tmp_path_factory.mktemp("scans")


@pytest.fixture(scope="module")
def running(tmp_path_factory, scans):
    # A short lease, so that what a killed worker held is read again soon; small chunks, so that there is a middle.
    knobs = {"lease_s": 12, "time_limit_s": 10, "images_per_chunk": 32, "pages_per_chunk": 2}
    metrics_port = free_port("127.0.0.1", 0, exactly=True)
    with RunningStack(tmp_path_factory.mktemp("data"), scan_root=scans, metrics_port=metrics_port, **knobs) as running:
        yield running


@pytest.fixture(scope="module")
def digit_images(scans):
    _, (digits, labels) = load_mnist()
    folder = scans / "digits"
    folder.mkdir()
    for number in range(N_IMAGES):
        cv2.imwrite(str(folder / f"{number:05}.png"), 255 - digits[number])
    return folder, labels[:N_IMAGES]


@pytest.fixture(scope="module")
def form_pages(scans):
    folder = scans / "pages"
    form = FormShelf([]).get("water-meter-card")
    return folder, fill_pages(folder, form, N_PAGES, seed=7)["pages"]


def audit(running, job_id, n_pages):
    """Every page ended once, as read, and what the job counts is what its pages say."""
    job = running.ledger.progress(job_id)
    rows = [row for after in range(0, n_pages, 1000) for row in running.ledger.pages(job_id, after=after, limit=1000)]
    readings = [row.result for row in rows]

    assert [row.number for row in rows] == list(range(1, n_pages + 1))
    assert all(isinstance(reading, PageReading) for reading in readings)
    assert (job.n_read, job.n_failed) == (n_pages, 0)
    assert job.n_digits == sum(reading.n_digits for reading in readings)
    assert job.n_review == sum(reading.n_review for reading in readings)
    return rows


def test_a_worker_is_killed_and_a_model_published_in_the_middle_and_every_page_is_read_once(
    running, digit_images, form_pages
):
    folder, labels = digit_images
    pages_folder, truth = form_pages
    first_version = running.models.current()
    digits_job = running.client.submit([folder])
    pages_job = running.client.submit([pages_folder], form="water-meter-card", by_path=False)

    wait_until(lambda: running.ledger.progress(digits_job).n_read >= N_IMAGES // 10, within_s=60)
    killed = running.kill("worker")
    left_when_killed = N_IMAGES - running.ledger.progress(digits_job).n_read
    second_version = running.publish_again()
    running.models.promote(second_version)
    running.client.wait(digits_job, timeout_s=180)
    running.client.wait(pages_job, timeout_s=180)

    assert left_when_killed > 0, "the worker was killed when there was nothing left to do"
    assert running.runs_again("worker", killed)
    rows = audit(running, digits_job, N_IMAGES)
    right = sum(row.result.fields[0].text == str(label) for row, label in zip(rows, labels, strict=True))
    assert right / N_IMAGES > 0.985
    assert {row.model_version for row in rows} == {first_version, second_version}
    pages = audit(running, pages_job, N_PAGES)
    cells = [
        (read, true)
        for row in pages
        for field in row.result.fields
        for read, true in zip(field.text, truth[row.name.rpartition("/")[2]][field.name], strict=True)
    ]
    assert sum(read == true for read, true in cells) / len(cells) > 0.985


def test_a_running_worker_swaps_without_a_failed_or_torn_reading(running, digit_images):
    folder, _ = digit_images
    versions = [running.publish_again() for _ in range(3)]
    job_id = running.client.submit([folder])

    for version in versions:
        before = running.ledger.progress(job_id).n_read
        running.models.promote(version)
        wait_until(
            lambda version=version, before=before: (
                all(worker.model_version == version for worker in running.ledger.workers(seen_within_s=3))
                and running.ledger.progress(job_id).n_read >= min(before + 64, N_IMAGES)
            ),
            within_s=60,
        )
    running.client.wait(job_id, timeout_s=120)

    rows = audit(running, job_id, N_IMAGES)
    for start in range(0, N_IMAGES, running.settings.images_per_chunk):
        chunk = rows[start : start + running.settings.images_per_chunk]
        assert len({row.model_version for row in chunk}) == 1, "a chunk is read with one version"
        assert all(row.model_version == row.result.model_version for row in chunk)


def test_a_damaged_version_is_reported_and_never_serves(running, digit_images):
    folder, _ = digit_images
    good = running.models.current()
    bad = running.publish_again()
    h5 = running.models.folder(bad) / "mnist_cnn.h5"
    running.models.promote(bad)
    h5.write_bytes(h5.read_bytes()[:-1000])
    running.kill("worker")  # its successor has to choose with the damaged file in its way

    wait_until(
        lambda: any(
            worker.model_error and bad in worker.model_error for worker in running.ledger.workers(seen_within_s=3)
        ),
        within_s=90,
    )
    job_id = running.client.submit(sorted(folder.iterdir())[:100])
    running.client.wait(job_id, timeout_s=60)

    assert {row.model_version for row in audit(running, job_id, 100)} == {good}
    running.models.roll_back()
    wait_until(lambda: all(not w.model_error for w in running.ledger.workers(seen_within_s=3)), within_s=30)


def test_bad_scans_end_with_their_names_and_the_others_are_read(running, scans, digit_images):
    folder, _ = digit_images
    bad = scans / "bad"
    bad.mkdir()
    (bad / "empty.png").write_bytes(b"")
    (bad / "text.png").write_text("a text, no image")
    (bad / "outside.png").symlink_to("/etc/hostname")
    good = min(folder.iterdir())
    paths = [good, bad / "empty.png", bad / "text.png", bad / "outside.png", bad / "missing.png", good]

    job_id = submit_paths(running, [*paths, "/etc/passwd", str(scans / ".." / "x.png")])
    job = running.client.wait(job_id, timeout_s=60)

    pages = list(running.client.results(job_id))
    codes = [page["error"] and page["error"]["code"] for page in pages]
    assert codes == [
        None,
        "unreadable_file",
        "unreadable_file",
        "path_not_allowed",
        "unreadable_file",
        None,
        "path_not_allowed",
        "path_not_allowed",
    ]
    assert (job["state"], job["n_read"], job["n_failed"]) == ("done", 2, 6)
    assert "/etc" not in json.dumps(pages[6]["error"])
    shown = httpx.get(f"http://127.0.0.1:{running.settings.metrics_port}/metrics", trust_env=False).text
    assert 'formdigits_worker_pages_total{outcome="unreadable_file"} 3.0' in shown.splitlines()


def submit_paths(running, paths):
    """As a program with the token would, past the client's own look at the files."""
    body = {"form": "single-digit", "paths": [str(path) for path in paths]}
    return running.client._page.post("jobs", body)["id"]


def test_a_retrain_runs_beside_the_workers_and_its_version_can_be_promoted(running, digit_images):
    folder, _ = digit_images
    retrain_id = running.client.retrain(epochs=1, n_digits=2000)

    ended = running.client.wait_retrain(retrain_id, timeout_s=300)
    version = ended["version"]
    running.client.promote(version)
    wait_until(lambda: all(w.model_version == version for w in running.ledger.workers(seen_within_s=3)), within_s=30)
    job_id = running.client.submit(sorted(folder.iterdir())[:50])
    running.client.wait(job_id, timeout_s=60)

    assert ended["state"] == "done"
    assert {"epoch", "loss", "accuracy"} <= set(ended["epochs"][0])
    assert not ended["promoted"], "a network of one epoch does not beat the one in service"
    rows = audit(running, job_id, 50)
    assert {row.model_version for row in rows} == {version}
    running.client.roll_back()
