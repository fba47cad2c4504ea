"""Workers and their processes are killed, stopped and told to end in the middle of a job."""

import os
import signal

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.traps import HANGS, KILLS
from tests.chaos.harness.waiting import wait_until

pytestmark = pytest.mark.integration
IN_FULL = pytest.mark.chaos


@pytest.mark.parametrize("n_kills", [1, pytest.param(10, marks=IN_FULL)])
def test_f1_a_worker_with_all_its_processes_is_killed_at_any_moment(light, images, rng, recoveries, n_kills):
    light.behave(s_per_page=0.004)
    job_id = light.submit(images.job(1200 * n_kills))

    for _ in range(n_kills):
        light.wait_for(job_id, light.n_ended(job_id) + rng.randrange(1, 300))
        light.programs.kill("worker")
        recoveries.next_commit(light, job_id)
    light.wait_for_end(job_id)

    again = audit(light)[job_id].n_read_again
    assert again <= n_kills * light.settings.worker_processes


def test_f2_a_process_that_reads_is_killed_and_its_worker_lives(light, images, rng, recoveries):
    light.behave(s_per_page=0.05)
    worker = light.programs.pid("worker")
    job_id = light.submit(images.job(300))
    light.wait_for(job_id, rng.randrange(1, 100))

    os.kill(rng.choice(wait_until(light.reading, within_s=10)), signal.SIGKILL)
    recoveries.end(light, job_id)

    assert light.programs.pid("worker") == worker
    assert audit(light)[job_id].n_read_again == 1


@pytest.mark.parametrize(
    ("trap", "code"), [(KILLS, "worker_lost"), pytest.param(HANGS, "time_limit", marks=IN_FULL)], ids=["kills", "hangs"]
)
def test_f3_a_scan_that_takes_its_process_down_fails_alone(light, images, rng, recoveries, trap, code):
    trapped = images.with_trap(trap, f"{code}.png")
    others = light.submit(images.job(200))
    job_id = light.submit(images.job(24, failures={trapped: code}, at=rng.randrange(24)))

    recoveries.end(light, job_id)
    light.wait_for_end(others)

    audit(light)
