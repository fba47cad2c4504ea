"""Many workers at once, each with its own connections, on one ledger."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from formdigits.ledger import Ledger, open_ledger
from formdigits.messages import ReadPages
from tests.formdigits.ledger.examples import add_job, new_pages, results

N_WORKERS = 4


class Worker(threading.Thread):
    """Takes messages from a shared queue, which loses and doubles some; dies, or is late, now and then."""

    def __init__(self, url: str, seed: int, queue: list[int]) -> None:
        super().__init__()
        self.ledger: Ledger = open_ledger(url)
        self.random = random.Random(seed)
        self.queue = queue
        self.commits: Counter[str] = Counter()
        self.errors: list[Exception] = []

    def run(self) -> None:
        give_up_at = time.monotonic() + 60
        try:
            while any(job.state == "running" for job in self.ledger.jobs()) and time.monotonic() < give_up_at:
                self.send(self.ledger.sweep(max_attempts=50, resend_after_s=0.02, queue_is_empty=not self.queue))
                with suppress(IndexError):
                    self.receive(self.queue.pop(0))
        except Exception as error:  # noqa: BLE001 -- shown by the test
            self.errors.append(error)
        finally:
            self.ledger.close()

    def send(self, messages: Sequence[ReadPages]) -> None:
        for message in messages:
            self.queue += [message.chunk_id] * self.random.choice([0, 1, 1, 2])

    def receive(self, chunk_id: int) -> None:
        claim = self.ledger.claim(chunk_id, worker=self.name, lease_s=self.random.choice([-1, 60]))
        if claim is None:
            return
        if self.random.random() < 0.2:
            self.ledger.release(claim)
        elif self.ledger.commit(claim, results(claim), model_version=self.name):
            self.commits[claim.job_id] += claim.last - claim.first + 1
            self.send(self.ledger.next_messages(claim.job_id, window=3))


def test_every_page_is_counted_once_whatever_many_workers_do_at_once(ledger, ledger_url):
    jobs = [add_job(ledger, 20, chunk_size=3) for _ in range(3)]
    queue: list[int] = []
    workers = [Worker(ledger_url, seed, queue) for seed in range(N_WORKERS)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.errors for worker in workers] == [[]] * N_WORKERS
    assert sum((worker.commits for worker in workers), Counter()) == dict.fromkeys(jobs, 20)
    assert [ledger.progress(job_id).n_read for job_id in jobs] == [20, 20, 20]
    assert all(page.state == "read" for job_id in jobs for page in ledger.pages(job_id))


def test_the_same_key_from_many_threads_is_one_job(ledger):
    ids: list[str] = []

    def submit() -> None:
        ids.append(
            ledger.add_job(form="card@1", pages=new_pages(3), max_error=0.01, chunk_size=2, idempotency_key="once")
        )

    threads = [threading.Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 6
    assert len(set(ids)) == 1
    assert [job.n_pages for job in ledger.jobs()] == [3]
