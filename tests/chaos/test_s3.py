"""The real stack with scans, uploads and models on S3, which is away for a while."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import pytest

from formdigits.readings import PageReading
from formdigits.s3 import S3
from tests.running_stack import RunningStack, wait_until
from tests.s3 import running_s3
from trainer.dataset import load_mnist

pytestmark = [pytest.mark.chaos, pytest.mark.integration]

N_IMAGES = 400


@pytest.fixture(scope="module")
def server():
    with running_s3() as server, pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(scope="module")
def bucket(server):
    return server.new_bucket()


@pytest.fixture(scope="module")
def running(tmp_path_factory, bucket):
    data = tmp_path_factory.mktemp("data")
    knobs = {"uploads_url": f"{bucket}/uploads", "models_url": f"{bucket}/models", "images_per_chunk": 32}
    with RunningStack(data, scan_root=f"{bucket}/scans", **knobs) as running:
        yield running


@pytest.fixture(scope="module")
def digit_images(bucket, running):
    """Images on S3, and what they show."""
    _, (digits, labels) = load_mnist()
    bodies = [cv2.imencode(".png", 255 - digit)[1].tobytes() for digit in digits[:N_IMAGES]]
    with ThreadPoolExecutor(8) as beside:
        list(beside.map(lambda number: S3().put(f"{bucket}/scans/{number}.png", bodies[number]), range(N_IMAGES)))
    return bodies, labels[:N_IMAGES]


def readings(running, job_id):
    return [row.result for row in running.ledger.pages(job_id, after=0, limit=N_IMAGES)]


def test_an_s3_that_is_away_in_the_middle_of_a_job_costs_it_nothing_but_time(running, server, bucket, digit_images):
    log = running.settings.data / "logs" / "worker.log"
    job_id = running.client.submit([f"{bucket}/scans"])
    server.refuse_all(down=True)
    wait_until(lambda: "put aside" in log.read_text(), within_s=60)
    server.refuse_all(down=False)
    running.client.wait(job_id, timeout_s=120)

    found = readings(running, job_id)
    said = [reading.fields[0].text for reading in found if isinstance(reading, PageReading)]
    assert len(said) == N_IMAGES
    assert sum(text == str(label) for text, label in zip(said, digit_images[1], strict=True)) > 0.95 * N_IMAGES


def test_a_version_on_s3_is_picked_up_by_workers_that_keep_only_copies(running, bucket, digit_images, tmp_path):
    (tmp_path / "one.png").write_bytes(digit_images[0][0])
    version = running.publish_again()
    running.models.promote(version)
    wait_until(lambda: {worker.model_version for worker in running.ledger.workers()} == {version}, within_s=60)

    job_id = running.client.submit([tmp_path / "one.png"])
    running.client.wait(job_id, timeout_s=60)

    [reading] = readings(running, job_id)
    assert reading.model_version == version
    assert len(list(S3().under(f"{bucket}/uploads"))) == 1
    assert not running.settings.models.exists()
    assert not list(running.settings.uploads.iterdir())
