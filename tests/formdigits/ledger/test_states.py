"""Any order of submit, hand out, claim, commit, release, expire, sweep and cancel: every page ends exactly once."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from formdigits.ledger import Claim, Ledger, PageRow, open_ledger
from formdigits.ledger.schema import chunks
from formdigits.readings import Outcome, PageReading, PageResult
from tests.formdigits.ledger.examples import UNREADABLE, add_job, emptied, reading

LEASES_S = st.sampled_from([-1.0, 60.0])  # over when it begins, or never over
RESULTS = st.sampled_from([reading(), reading(Outcome.REVIEW), UNREADABLE])


class LedgerInAnyOrder(RuleBasedStateMachine):
    """The ledger beside a model of it: what ended, and how."""

    chunk_ids = Bundle("chunk_ids")
    claims = Bundle("claims")

    ledger: Ledger

    @initialize()
    def start(self) -> None:
        emptied(self.ledger)
        self.ended: dict[tuple[str, int], PageRow] = {}
        self.pages_of: dict[int, list[int]] = {}
        self.newest_attempt: dict[int, int] = {}
        self.committed: set[int] = set()
        self.cancelled: set[str] = set()
        self.known_jobs: list[str] = []

    @rule(target=chunk_ids, n=st.integers(1, 6), chunk_size=st.integers(1, 4), failed=st.sets(st.integers(1, 6)))
    def submit(self, n: int, chunk_size: int, failed: set[int]):
        job_id = add_job(self.ledger, n, chunk_size=chunk_size, failed=tuple(failed))
        self.known_jobs.append(job_id)
        return self.remember(self.ledger.next_messages(job_id, window=2))

    @precondition(lambda self: self.known_jobs)
    @rule(target=chunk_ids, data=st.data(), window=st.integers(1, 3))
    def hand_out(self, data: st.DataObject, window: int):
        job_id = data.draw(st.sampled_from(self.known_jobs))
        return self.remember(self.ledger.next_messages(job_id, window=window))

    @rule(target=chunk_ids, max_attempts=st.integers(1, 3), queue_is_empty=st.booleans())
    def sweep(self, *, max_attempts: int, queue_is_empty: bool):
        return self.remember(
            self.ledger.sweep(max_attempts=max_attempts, resend_after_s=-1, queue_is_empty=queue_is_empty, window=2)
        )

    @rule(target=claims, chunk_id=chunk_ids, lease_s=LEASES_S)
    def claim(self, chunk_id: int, lease_s: float):
        claim = self.ledger.claim(chunk_id, worker="w", lease_s=lease_s)
        if claim is None:
            return multiple()
        self.newest_attempt[chunk_id] = claim.attempt
        return claim

    @rule(claim=claims, data=st.data())
    def commit(self, claim: Claim, data: st.DataObject) -> None:
        """Claims stay in the bundle: commits come late, twice, and after a cancel."""
        numbers = self.pages_of[claim.chunk_id]
        found = {number: data.draw(RESULTS) for number in numbers}

        kept = self.ledger.commit(claim, found, model_version=f"m{claim.attempt}")

        if kept:
            assert claim.attempt == self.newest_attempt[claim.chunk_id]
            assert claim.chunk_id not in self.committed
            assert claim.job_id not in self.cancelled
            assert not any((claim.job_id, number) in self.ended for number in numbers)
            self.committed.add(claim.chunk_id)
            self.check_results(claim, found)

    @rule(target=claims, claim=claims)
    def overtake(self, claim: Claim):
        """Its lease ends, and another worker takes the chunk: from then on its commit is late."""
        self.ledger.release(claim)
        return self.claim(claim.chunk_id, lease_s=60)

    @rule(claim=claims)
    def release(self, claim: Claim) -> None:
        self.ledger.release(claim)

    @precondition(lambda self: self.known_jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(self.known_jobs))
        self.ledger.cancel(job_id)
        self.cancelled.add(job_id)

    @invariant()
    def every_page_ends_once_and_the_counters_equal_a_recount(self) -> None:
        for job_id in getattr(self, "known_jobs", ()):
            rows = self.ledger.pages(job_id)
            self.check_that_ended_pages_stay(job_id, rows)
            self.check_counters(job_id, rows)

    def teardown(self) -> None:
        """Whatever happened before: with one honest worker every page of every job ends."""
        for _ in range(100):
            messages = self.ledger.sweep(max_attempts=3, resend_after_s=-1, queue_is_empty=True)
            self.remember(messages)
            for message in messages:
                if claim := self.ledger.claim(message.chunk_id, worker="w", lease_s=-1):
                    found: dict[int, PageResult] = dict.fromkeys(self.pages_of[claim.chunk_id], reading())
                    assert self.ledger.commit(claim, found, model_version="m")
            if all(job.state != "running" for job in self.ledger.jobs()):
                break
            self.expire_all()
        self.every_page_ends_once_and_the_counters_equal_a_recount()
        assert all(job.state != "running" for job in self.ledger.jobs(limit=1000))

    def expire_all(self) -> None:
        with self.ledger._writing.begin() as connection:
            connection.execute(chunks.update().where(chunks.c.state == "claimed").values(lease_until=0))

    def remember(self, messages):
        for message in messages:
            self.pages_of[message.chunk_id] = [page.number for page in message.pages]
        return multiple(*(message.chunk_id for message in messages))

    def check_results(self, claim: Claim, found: dict[int, PageResult]) -> None:
        for number, result in found.items():
            page = self.ledger.page(claim.job_id, number)
            assert (page.result, page.model_version) == (result, f"m{claim.attempt}")

    def check_that_ended_pages_stay(self, job_id: str, rows: list[PageRow]) -> None:
        for row in rows:
            before = self.ended.get((job_id, row.number))
            assert before is None or before == row
            if row.state != "waiting":
                self.ended[job_id, row.number] = row

    def check_counters(self, job_id: str, rows: list[PageRow]) -> None:
        progress = self.ledger.progress(job_id)
        read = [row.result for row in rows if isinstance(row.result, PageReading)]
        n_cancelled = sum(row.state == "cancelled" for row in rows)
        n_failed = sum(row.state == "failed" for row in rows)
        assert (progress.n_pages, progress.n_read, progress.n_failed) == (len(rows), len(read), n_failed)
        assert progress.n_cancelled == n_cancelled
        assert progress.n_digits == sum(result.n_digits for result in read)
        assert progress.n_review == sum(result.n_review for result in read)
        assert progress.n_accepted == sum(f.outcome is Outcome.ACCEPTED for result in read for f in result.fields)
        all_ended = all(row.state != "waiting" for row in rows)
        assert (progress.state != "running") == all_ended == (progress.ended_at is not None)


@pytest.fixture
def machine(ledger_url) -> Iterator[type[LedgerInAnyOrder]]:
    ledger = open_ledger(ledger_url)
    yield type("LedgerInAnyOrder", (LedgerInAnyOrder,), {"ledger": ledger})
    ledger.close()


def test_every_page_ends_exactly_once_in_any_order_of_events(machine, ledger_url):
    examples = 30 if ledger_url.startswith("sqlite") else 6
    bounds = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )

    run_state_machine_as_test(machine, settings=bounds)
