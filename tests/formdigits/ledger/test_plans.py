"""What is done for every chunk costs the same in a ledger of any size: SQLite says how it finds the rows.

PostgreSQL plans by what it counted in the tables, so there is less to say about it; it has the same indexes.
"""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event

from formdigits.ledger import Ledger, open_ledger
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_next, hand_out, new_pages, results

FEW = ("ix_chunks_pending", "ix_chunks_under_way", "ix_jobs_not_ended")
"""Partial indexes: they hold what waits or is under way, and nothing that has ended."""


class Plans:
    """How SQLite means to find the rows of every statement that a call executes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._steps: list[str] = []
        event.listen(ledger._reading, "before_cursor_execute", self._explain)

    def of(self, call: Callable[[], object]) -> list[str]:
        self._steps.clear()
        call()
        return self._steps.copy()

    def _explain(self, _connection, cursor, statement, parameters, _context, executemany) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            values = parameters[0] if executemany else parameters
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            self._steps += [row[3] for row in rows]


def walks(steps: list[str], *, allowed: tuple[str, ...] = FEW) -> list[str]:
    """Steps that go through a whole table or sort what they found."""
    return [
        step
        for step in steps
        if step.startswith(("SCAN jobs", "SCAN pages", "SCAN chunks", "USE TEMP B-TREE FOR ORDER BY"))
        and not step.endswith(allowed)
    ]


@pytest.fixture
def plans(tmp_path) -> Iterator[Plans]:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield Plans(ledger)
    ledger.close()


def test_the_next_chunks_are_read_off_the_line_without_looking_at_all_that_wait(plans):
    add_job(plans.ledger, 20)

    steps = plans.of(lambda: plans.ledger.hand_out(window=1))

    assert "SCAN chunks USING INDEX ix_chunks_pending" in steps
    assert not walks(steps)
    assert not [step for step in steps if "ix_chunks_job_state" in step or "ix_jobs_state" in step]


def test_the_front_of_the_line_is_its_first_entry(plans):
    steps = plans.of(lambda: add_job(plans.ledger, 4, quota=100))

    assert "SEARCH chunks USING INDEX ix_chunks_pending" in steps
    assert "SEARCH jobs USING INDEX ix_jobs_not_ended (owner=?)" in steps
    assert not walks(steps)


def test_what_is_under_way_is_counted_in_an_index_of_what_is_under_way(plans):
    steps = plans.of(lambda: plans.ledger.hand_out(window=1))

    assert "SCAN chunks USING INDEX ix_chunks_under_way" in steps


def test_progress_is_one_row_found_by_its_name(plans):
    job_id = add_job(plans.ledger)

    steps = plans.of(lambda: plans.ledger.progress(job_id))

    assert steps == ["SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 (public_id=?)"]


def test_whether_another_page_refers_to_an_upload_is_looked_up_by_its_path(plans):
    steps = plans.of(lambda: plans.ledger.unused_uploads(["/uploads/1"]))

    assert steps == ["SEARCH pages USING INDEX ix_pages_upload (path=?)"]


CALLS: dict[str, Callable[[Ledger], object]] = {
    "claim": lambda ledger: ledger.claim(hand_out(ledger)[0], worker="w", lease_s=60),
    "commit": lambda ledger: ledger.commit({(claim := claim_next(ledger)): results(claim)}, model_version="m"),
    "release": lambda ledger: ledger.release([claim_next(ledger)]),
    "give_back": lambda ledger: ledger.give_back([claim_next(ledger)], for_s=1),
    "release_dead": lambda ledger: ledger.release_dead(claim_next(ledger).job_id[:0], lambda _: False),
    "sweep": lambda ledger: ledger.sweep(max_attempts=1, resend_after_s=-1, queue_is_empty=True, window=1),
    "sweep, queue not empty": lambda ledger: ledger.sweep(
        max_attempts=1, resend_after_s=-1, queue_is_empty=False, window=1
    ),
    "page": lambda ledger: ledger.page(ledger.jobs()[0].id, 1),
    "pages": lambda ledger: ledger.pages(ledger.jobs()[0].id, only="review"),
    "pages that failed": lambda ledger: ledger.pages(ledger.jobs()[0].id, only="failed"),
    "jobs of one owner": lambda ledger: ledger.jobs(owner="somebody"),
    "pause": lambda ledger: ledger.pause(ledger.jobs()[0].id),
    "cancel": lambda ledger: ledger.cancel(ledger.jobs()[0].id),
    "set_priority": lambda ledger: ledger.set_priority(ledger.jobs()[0].id, "high"),
    "add_pages": lambda ledger: ledger.add_pages(add_job(ledger, is_open=True), first=5, pages=new_pages(2), quota=99),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_call_goes_through_all_jobs_pages_or_chunks(plans, name):
    add_job(plans.ledger, 8)
    for lease_s in (-1, 60):
        claim_next(plans.ledger, lease_s=lease_s)

    steps = plans.of(lambda: CALLS[name](plans.ledger))

    assert steps
    # The newest jobs are the first that a walk from the end meets.
    assert [step for step in walks(steps) if step != "SCAN jobs"] == []


@pytest.mark.parametrize("name", ["retry_failed", "purge", "resume", "start_job"])
def test_no_call_that_takes_a_job_up_or_away_goes_through_all_jobs_pages_or_chunks(plans, name):
    ended = add_job(plans.ledger, 2, failed=(1, 2))
    begun = {"retry_failed": ended, "purge": ended}
    if name == "resume":
        begun[name] = add_job(plans.ledger)
        plans.ledger.pause(begun[name])
    if name == "start_job":
        begun[name] = add_job(plans.ledger, is_open=True)

    steps = plans.of(lambda: getattr(plans.ledger, name)(begun[name]))

    assert steps
    assert walks(steps) == []


def test_a_page_that_kills_is_found_without_going_through_all_chunks(plans):
    add_job(plans.ledger, 1)
    claim_next(plans.ledger, lease_s=-1)

    steps = plans.of(lambda: plans.ledger.sweep(max_attempts=1, resend_after_s=60, queue_is_empty=True, window=1))

    assert plans.ledger.jobs()[0].n_failed == 1
    assert UNREADABLE.code not in steps
    assert walks(steps) == []
