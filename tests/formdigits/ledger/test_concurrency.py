"""Many workers and people at once, each with its own connections, on one ledger."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import select

from formdigits.errors import BadRequest, NotFound, QuotaExceeded
from formdigits.ledger import JobId, Ledger, NewPage, commits, open_ledger
from formdigits.ledger.schema import chunks
from formdigits.messages import ReadPages
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, emptied, hand_out, new_pages, results
from tests.formdigits.ledger.people import Person

N_WORKERS = 4
N_PAGES = 12


def at_once(url: str, *calls: Callable[[Ledger], object]) -> list[object]:
    """Make calls in threads of their own, and return what each found or raised."""
    people = [Person(url, call) for call in calls]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=90)
    return [person.found for person in people]


class Worker:
    """Takes messages from a shared queue, which loses and doubles some; dies, or is late, now and then."""

    def __init__(self, name: str, queue: list[ReadPages], jobs: Sequence[JobId]) -> None:
        self.name = name
        self.queue = queue
        self.jobs = jobs
        self.random = random.Random(name)
        self.committed: Counter[tuple[JobId, int]] = Counter()

    def __call__(self, ledger: Ledger) -> Counter[tuple[JobId, int]]:
        give_up_at = time.monotonic() + 60
        while any(job.ended_at is None for job in ledger.progress_of(self.jobs)) and time.monotonic() < give_up_at:
            self.send(ledger.sweep(max_attempts=50, resend_after_s=0.02, queue_is_empty=not self.queue, window=3))
            with suppress(IndexError):
                self.receive(ledger, self.queue.pop(0))
        return self.committed

    def send(self, messages: Sequence[ReadPages]) -> None:
        for message in messages:
            self.queue += [message] * self.random.choice([0, 1, 1, 2])

    def receive(self, ledger: Ledger, message: ReadPages) -> None:
        claims = ledger.claim(message, worker=self.name, lease_s=self.random.choice([-1, 60]))
        if self.random.random() < 0.2:
            ledger.release(claims)
        elif self.random.random() < 0.1:
            ledger.release_dead("", lambda _: self.random.random() < 0.5)
        for claim in ledger.commit({claim: results(claim) for claim in claims}, model_version=self.name):
            self.committed.update((claim.job_id, number) for number in range(claim.first, claim.last + 1))
        self.send(ledger.hand_out(window=3))


def meddle(ledger: Ledger, jobs: Sequence[JobId], cancelled: JobId) -> None:
    """Pauses and hurries jobs, and lets all go on in the end, except for one that it cancels."""
    dice = random.Random(7)
    steps = (ledger.pause, ledger.resume, lambda job_id: ledger.set_priority(job_id, dice.choice(["high", "low"])))
    for _ in range(30):
        with suppress(BadRequest):  # the job has ended
            dice.choice(steps)(dice.choice(jobs))
    ledger.cancel(cancelled)
    for job_id in jobs:
        with suppress(BadRequest):
            ledger.resume(job_id)


def test_every_page_counts_once_whatever_many_workers_and_people_do_at_once(ledger, ledger_url, monkeypatch):
    monkeypatch.setattr(commits, "COUNTER_ROWS", 2)  # everybody is in the way of somebody
    jobs = [add_job(ledger, N_PAGES, chunk_size=size) for size in (3, 3, 5, 20, 20)]
    cancelled, queue = add_job(ledger, 40, chunk_size=3), []
    workers = [Worker(f"w{i}", queue, jobs) for i in range(N_WORKERS)]
    people = [lambda own: meddle(own, jobs, cancelled)] * 2

    *committed, first, second = at_once(ledger_url, *workers, *people)

    assert (first, second) == (None, None)
    every_page = Counter((job_id, number) for job_id in jobs for number in range(1, N_PAGES + 1))
    once = sum(committed, Counter())
    assert Counter({page: n for page, n in once.items() if page[0] != cancelled}) == every_page
    assert [ledger.progress(job_id).n_read for job_id in jobs] == [N_PAGES] * len(jobs)
    assert ledger.progress(cancelled).state == "cancelled"
    assert ledger.progress(cancelled).n_read == sum(page.state == "read" for page in ledger.pages(cancelled))
    assert ledger.overview().counters["pages_read"] == once.total()


def test_a_job_that_is_cancelled_while_its_chunk_is_split_leaves_nothing_in_the_line(ledger, ledger_url):
    def lose_and_split(own: Ledger) -> None:
        for _ in range(10):
            own.release_dead("", lambda _: False)
            for message in own.sweep(max_attempts=1, resend_after_s=60, queue_is_empty=False, window=9):
                own.claim(message, worker="w", lease_s=60)

    jobs = [add_job(ledger, 64, chunk_size=64) for _ in range(3)]
    for _ in jobs:
        claim_next(ledger, lease_s=-1)

    found = at_once(
        ledger_url, lose_and_split, lose_and_split, *(lambda own, id_=job_id: own.cancel(id_) for job_id in jobs)
    )

    assert found == [None] * 5
    with ledger._reading.connect() as connection:
        states = set(connection.execute(select(chunks.c.state)).scalars())
    assert states <= {"cancelled", "split", "done"}


def test_what_looks_for_free_chunks_waits_for_nobody(postgresql_url):
    ledger = emptied(open_ledger(f"{postgresql_url}&options=-c lock_timeout=2000"))
    add_job(ledger, 8)
    held, queued = claim_next(ledger, lease_s=-1), hand_out(ledger)[0].chunks[0]
    with ledger._writing.begin() as other:
        other.execute(select(chunks).where(chunks.c.id.in_([held.chunk_id, queued.chunk_id])).with_for_update())

        messages = ledger.sweep(max_attempts=1, resend_after_s=-1, queue_is_empty=True, window=2)
        n_freed, n_again = ledger.release_dead("", lambda _: False), ledger.rebuild()

    assert [chunk.pages[0].number for message in messages for chunk in message.chunks] == [5, 7]
    assert (n_freed, n_again) == (0, 2)
    ledger.close()


def test_commits_and_sweeps_that_share_a_counter_do_not_wait_in_a_circle(ledger, ledger_url, monkeypatch):
    monkeypatch.setattr(commits, "COUNTER_ROWS", 2)
    job_id = add_job(ledger, 80, chunk_size=1)
    claims = [claim_next(ledger) for _ in range(80)]
    late = claims[:20]
    for claim in late:
        ledger.commit({claim: results(claim)}, model_version="m")

    def commit_all(own: Ledger, first: int) -> None:
        for i in range(first, 80, 3):
            some = {claim: results(claim, UNREADABLE) for claim in (late[i % 20], claims[i])}
            own.commit(some, model_version="m")

    found = at_once(ledger_url, *(lambda own, first=first: commit_all(own, first) for first in (20, 21, 22)))

    assert found == [None] * 3
    assert ledger.progress(job_id).state == "done"
    assert ledger.overview().counters["late_commits"] == 60


def test_the_window_holds_when_everybody_hands_out_at_once(ledger, ledger_url):
    add_job(ledger, 200, chunk_size=1)

    found = at_once(ledger_url, *[lambda own: len(own.hand_out(window=5))] * 6)

    assert sum(found) == 10
    assert ledger.overview().n_in_flight_messages == 10


def test_a_quota_holds_when_jobs_come_at_once(ledger, ledger_url):
    def submit(own: Ledger) -> int:
        n_added = 0
        for _ in range(3):
            with suppress(QuotaExceeded):
                add_job(own, 10, owner="somebody", quota=50)
                n_added += 1
        return n_added

    found = at_once(ledger_url, *[submit] * 4)

    assert sum(found) == 5
    assert sum(job.n_pages for job in ledger.jobs(owner="somebody")) == 50


def test_the_same_part_from_many_threads_is_there_once(ledger, ledger_url):
    job_id = add_job(ledger, 2, is_open=True)

    found = at_once(ledger_url, *[lambda own: own.add_pages(job_id, first=3, pages=new_pages(2))] * 5)

    assert found == [4] * 5
    assert [page.number for page in ledger.pages(job_id)] == [1, 2, 3, 4]


def test_the_same_key_from_many_threads_is_one_job(ledger, ledger_url):
    found = at_once(ledger_url, *[lambda own: add_job(own, 3, idempotency_key="once")] * 6)

    assert len(set(found)) == 1
    assert [job.n_pages for job in ledger.jobs()] == [3]


def test_a_job_that_many_threads_purge_at_once_is_gone_and_every_page_is_taken_away_once(ledger, ledger_url):
    job_id = add_job(ledger, 40, is_open=True)

    def purge(own: Ledger) -> int:
        n_pages = 0
        while not (slice_ := own.purge(job_id, limit=3)).done:
            n_pages += slice_.n_pages
        return n_pages + slice_.n_pages

    found = at_once(ledger_url, *[purge] * 4)

    assert sum(found) == 40
    assert ledger.jobs() == []


def test_an_upload_of_two_jobs_that_are_purged_at_once_is_left_by_the_last_of_them(ledger, ledger_url):
    uploads = [NewPage(f"/uploads/{i:03}", "page", is_upload=True) for i in range(100)]
    jobs = [ledger.add_job(form="card@1", pages=uploads, max_error=0.01, chunk_size=100) for _ in range(2)]
    for job_id in jobs:
        ledger.cancel(job_id)

    def purge(own: Ledger, job_id: JobId) -> list[str]:
        return [path for _ in range(26) for path in own.purge(job_id, limit=4).unused_uploads]

    found = at_once(ledger_url, *(lambda own, id_=job_id: purge(own, id_) for job_id in jobs))

    assert sorted(found[0] + found[1]) == [upload.path for upload in uploads]


@pytest.mark.parametrize("end", ["purge", "cancel"])
def test_an_open_job_is_started_and_ended_at_once(ledger, ledger_url, end):
    def start(own: Ledger) -> None:
        for job_id in jobs:
            with suppress(NotFound):
                own.start_job(job_id)

    def end_all(own: Ledger) -> None:
        for job_id in jobs:
            with suppress(BadRequest):
                getattr(own, end)(job_id)

    jobs = [add_job(ledger, 20, is_open=True) for _ in range(10)]

    found = at_once(ledger_url, start, end_all, start)

    assert found == [None] * 3
