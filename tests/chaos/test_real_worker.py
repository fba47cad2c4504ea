"""The faults of workers once more, with the real network in them."""

import os
import signal

import psutil
import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.traps import KILLS
from tests.chaos.harness.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.keras, pytest.mark.chaos]


@pytest.fixture
def running_job(real, images, rng):
    """A job somewhere in its middle."""
    real.behave(s_per_page=0.01)
    job_id = real.submit(images.without_texts().job(1500))
    real.wait_for(job_id, rng.randrange(1, 300))
    return job_id


def test_f1_a_worker_with_the_real_network_is_killed(real, running_job, recoveries):
    real.programs.kill("worker")
    recoveries.end(real, running_job)

    assert audit(real)[running_job].n_read_again <= real.settings.worker_processes


def test_f2_a_process_with_the_real_network_is_killed_and_its_worker_lives(real, running_job, rng, recoveries):
    worker = real.programs.pid("worker")

    os.kill(rng.choice(wait_until(real.reading, within_s=10)), signal.SIGKILL)
    recoveries.end(real, running_job)

    assert real.programs.pid("worker") == worker
    assert audit(real)[running_job].n_read_again == 1


def test_f3_a_scan_that_kills_whoever_decodes_it_fails_alone_beside_the_real_network(real, images, rng, recoveries):
    killer = images.with_trap(KILLS, "real-killer.png")
    others = real.submit(images.without_texts().job(500))
    job_id = real.submit(images.without_texts().job(16, failures={killer: "worker_lost"}, at=rng.randrange(15)))

    recoveries.end(real, job_id)
    real.wait_for_end(others)

    audit(real)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_f4_f5_a_worker_that_is_told_to_end_loses_nothing_and_repeats_nothing(real, running_job, recoveries, number):
    worker = psutil.Process(real.programs.pid("worker"))

    worker.send_signal(number)
    wait_until(lambda: real.programs.pid("worker") != worker.pid, within_s=30)
    recoveries.end(real, running_job)

    assert audit(real)[running_job].n_read_again == 0


def test_f27_only_the_processes_that_read_have_a_network_in_them(real):
    with_network = {name: has_network(real.programs.pid(name)) for name in real.programs.names()}
    readers = [has_network(reader.pid) for reader in real.programs.readers()]

    assert not any(with_network.values()), "a process that is forked from this one hangs"
    assert all(readers)


def has_network(pid: int) -> bool:
    return any("onnxruntime" in mapped.path for mapped in psutil.Process(pid).memory_maps())
