"""A worker that hangs for longer than its lease, and wakes when another one has done its work."""

import time

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.lab import Lab

pytestmark = [pytest.mark.integration, pytest.mark.chaos]


@pytest.fixture(params=["limits as they should be", "no limit to wake it before its commit"])
def two_workers(request, tmp_path, images):
    """With a time limit below the lease a worker that wakes is told that it is too late, before it comes to commit."""
    limit_s = 7 if request.param == "limits as they should be" else 600
    knobs = {"groups": 2, "worker_processes": 1, "time_limit_s": limit_s}
    with Lab(tmp_path / "data", scan_root=images.folder, **knobs) as lab:
        yield lab


def test_f6_a_worker_that_wakes_after_its_lease_commits_nothing(two_workers, images, rng, recoveries):
    two_workers.behave(s_per_page=0.1)  # 1.6 s a chunk: whenever it is frozen, it is reading
    job_id = two_workers.submit(images.job(160))
    two_workers.wait_for(job_id, 16)
    time.sleep(rng.uniform(0, 1))

    two_workers.freeze("worker")
    recoveries.next_commit(two_workers, job_id)
    two_workers.behave(s_per_page=0.001)
    two_workers.wait_for_end(job_id)
    two_workers.programs.thaw("worker")
    two_workers.settle()
    again = two_workers.submit(images.job(160))
    two_workers.wait_for_end(again)

    assert audit(two_workers)[job_id].n_read_again == 1
    n_late = two_workers.ledger.overview().counters["late_commits"]
    assert n_late == (1 if two_workers.settings.time_limit_s > two_workers.settings.lease_s else 0)
