"""Large jobs: they cost the broker and the programs no more than small ones, and nobody waits behind them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.lab import Lab

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
N_PAGES = 100_000
GROWTH_BYTES = 60_000_000
"""What a program may keep of a hundred thousand pages; their readings alone are more."""


@pytest.fixture
def large(tmp_path, images):
    with Lab(tmp_path / "data", scan_root=images.folder, images_per_chunk=256, lease_s=30, time_limit_s=25) as lab:
        yield lab


class Sampler:
    """Looks at the broker and at every program once in a while."""

    def __init__(self, lab):
        self._lab = lab
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample_forever)
        self.messages: list[int] = []
        self.memory: dict[str, list[int]] = {}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _sample_forever(self):
        while not self._ended.wait(0.05):
            self.messages.append(self._lab.broker.n_waiting())
            if len(self.messages) % 20 == 0:
                for name, pid in self._pids().items():
                    self.memory.setdefault(name, []).append(psutil.Process(pid).memory_info().rss)

    def _pids(self):
        programs = self._lab.programs
        [serving] = psutil.Process(programs.pid("page")).children()
        readers = {f"reader {number}": reader.pid for number, reader in enumerate(programs.readers())}
        return {"worker": programs.pid("worker"), "page": serving.pid, "broker": self._lab.broker.pid, **readers}


def test_f16_a_job_of_a_hundred_thousand_pages_costs_the_broker_a_window_of_messages(large, images):
    window = 4 * large.settings.worker_processes

    with Sampler(large) as sampler:
        job_id = large.submit(images.job(N_PAGES))
        large.wait_for(job_id, N_PAGES // 10)
        n_early = len(sampler.memory["worker"])
        large.wait_for_end(job_id)

    audit(large)
    assert 0 < max(sampler.messages) <= window
    growth = {name: seen[-1] - seen[n_early - 1] for name, seen in sampler.memory.items()}
    assert max(growth.values()) < GROWTH_BYTES, growth


def test_f17_two_thousand_small_jobs_end_while_a_large_one_is_read(large, images):
    large.behave(s_per_page=0.001)
    large_job = large.submit(images.job(N_PAGES))
    large.wait_for(large_job, 1)

    def submit_some(_client):
        return [large.submit(images.job(1)) for _ in range(250)]

    with ThreadPoolExecutor(8) as clients:
        small_jobs = [job_id for jobs in clients.map(submit_some, range(8)) for job_id in jobs]
    for job_id in small_jobs:
        large.wait_for_end(job_id)
    left = N_PAGES - large.n_ended(large_job)
    large.behave()
    large.wait_for_end(large_job)

    found = audit(large)
    assert left > 0
    assert max(found[job_id].job.ended_at for job_id in small_jobs) < found[large_job].job.ended_at
