"""The disk of the data folder is full, or takes no more writes, for a while."""

import os
import resource
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
SMALL_DISK_BYTES = 96_000_000


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A disk of its own for the data folder; only root may mount one."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted as root")
    folder = tmp_path_factory.mktemp("disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def lab_on_small_disk(small_disk, images):
    with Lab(small_disk / "data", scan_root=images.folder) as lab:
        yield lab


@contextmanager
def full(disk: Path):
    """Fill the disk to its last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def unwritable(lab):
    """No process of formdigits may make any file longer: as if their disk had turned read-only."""
    set_longest_file(lab, 0)
    try:
        yield
    finally:
        set_longest_file(lab, resource.RLIM_INFINITY)


def set_longest_file(lab, n_bytes: int) -> None:
    for name in lab.programs.names():
        parent = psutil.Process(lab.programs.pid(name))
        for process in [parent, *parent.children(recursive=True)]:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))


def upload(lab) -> httpx.Response:
    headers = {"Authorization": f"Bearer {lab.token}"}
    content = {"scan": ("scan.png", os.urandom(200_000))}
    return httpx.post(f"{lab.client.url}/api/v1/scans", files=content, headers=headers, timeout=60, trust_env=False)


def stalled(lab, job_id: str) -> bool:
    """Whether no page ends any more."""
    before = lab.n_ended(job_id)
    try:
        wait_until(lambda: lab.n_ended(job_id) > before, 3)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("fault", ["full", "unwritable"])
def test_f15_a_disk_that_takes_nothing_more_refuses_jobs_clearly_and_then_all_goes_on(
    lab_on_small_disk, small_disk, images, rng, recoveries, fault
):
    lab = lab_on_small_disk
    lab.settle()
    lab.behave(s_per_page=0.01)
    job_id = lab.submit(images.job(1500))
    lab.wait_for(job_id, rng.randrange(1, 300))

    with full(small_disk) if fault == "full" else unwritable(lab):
        wait_until(lambda: stalled(lab, job_id), 30)
        answers = [lab.post_job(large := images.job(20_000)), upload(lab)]
    recoveries.end(lab, job_id)

    if fault == "full" and answers[0].status_code == 202:
        # It had room in the database's log, whose old pages are written over: then it is kept, to its last page.
        lab.manifests[taken_id := answers.pop(0).json()["id"]] = large
        lab.behave()
        lab.wait_for_end(taken_id, 240)
    for answer in answers:
        assert answer.status_code in {503, 507}, answer.text
        assert answer.json()["error"]["code"] in {"ledger_full", "server_unreachable", "store_unreachable"}
    assert not list(lab.settings.uploads.rglob("incoming-*")), "half a scan is left"
    audit(lab)
