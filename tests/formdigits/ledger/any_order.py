"""A state machine: the ledger beside a model of it, and rules for whatever workers, people and accidents do."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger import Claim, JobId, Ledger
from formdigits.messages import Chunk, ReadPages
from formdigits.readings import Outcome, PageResult
from tests.formdigits.ledger.examples import UNREADABLE, add_job, emptied, new_pages, reading
from tests.formdigits.ledger.recount import Recount

T = TypeVar("T")
Named = tuple[int, JobId]

RESULTS = st.sampled_from([reading(), reading(Outcome.REVIEW), UNREADABLE])
PRIORITIES = st.sampled_from(["high", "normal", "low"])
FAILED = st.sets(st.integers(1, 6), max_size=2)
LEASES_S = st.sampled_from([60.0, -1.0])  # never over, or over when it begins
LEASES_OR_LOST = st.sampled_from([60.0, -1.0, None])  # None: the message is lost
WHICH = st.integers(0, 20)  # 0 is the newest
SOME = st.lists(st.integers(0, 8), min_size=1, max_size=3)
ACCIDENTS = st.sampled_from(["nothing", "all die", "all leases end", "the broker is wiped"])
MEANT_FOR = {
    "start_job": "open",
    "add_pages": "open",
    "pause": "running",
    "resume": "paused",
    "cancel": "running",
    "retry_failed": "done",
    "read_again": "done",
}
CORNERS = ((10.0, 10.0), (110.0, 12.5), (108.0, 150.0), (9.0, 149.0))
SMALLEST_CROWD = 2  # no process gives a sign of life here


class LedgerInAnyOrder(RuleBasedStateMachine):
    """Claims and messages are kept for ever: so they come late, twice, after a cancel, and for purged jobs."""

    ledger: Ledger

    @initialize(sizes=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), min_size=1, max_size=3))
    def start(self, sizes: list[tuple[int, int]]) -> None:
        emptied(self.ledger)
        self.messages: list[ReadPages] = []
        self.claims: list[Claim] = []
        self.pages_of: dict[Named, list[int]] = {}
        self.newest_attempt: dict[Named, int] = {}
        self.committed: set[Named] = set()
        self.held: set[Claim] = set()
        self.recount = Recount(self.ledger)
        self.jobs = [add_job(self.ledger, n, chunk_size=chunk_size) for n, chunk_size in sizes]

    # People.

    @rule(n=st.integers(1, 6), chunk_size=st.integers(1, 4), failed=FAILED, priority=PRIORITIES, is_open=st.booleans())
    def submit(self, *, n: int, chunk_size: int, failed: set[int], priority: Any, is_open: bool) -> None:
        more = {"priority": priority, "is_open": is_open}
        self.jobs.append(add_job(self.ledger, n, chunk_size=chunk_size, failed=tuple(failed), **more))

    @rule(which=WHICH, n=st.integers(1, 3), beside=st.sampled_from([0, -1, 1, -3]), failed=FAILED)
    def add_pages(self, which: int, n: int, beside: int, failed: set[int]) -> None:
        """The next part; or one that overlaps, leaves a gap or comes twice."""
        job_id, part = self.job(which, "add_pages"), new_pages(n, failed=tuple(failed))

        def add() -> None:
            self.ledger.add_pages(job_id, first=self.ledger.progress(job_id).n_pages + 1 + beside, pages=part)

        self.told(job_id, add)

    @rule(which=WHICH, verb=st.sampled_from(["start_job", "pause", "resume", "set_priority"]), priority=PRIORITIES)
    def tell(self, which: int, verb: str, priority: Any) -> None:
        job_id = self.job(which, verb)
        more = {"priority": priority} if verb == "set_priority" else {}
        self.told(job_id, partial(getattr(self.ledger, verb), job_id, **more))

    @rule(which=WHICH, verb=st.sampled_from(["cancel", "retry_failed", "purge"]), limit=st.integers(1, 6))
    def finish(self, which: int, verb: str, limit: int) -> None:
        job_id = self.job(which, verb)
        more = {"limit": limit} if verb == "purge" else {}
        if self.told(job_id, partial(getattr(self.ledger, verb), job_id, **more)):
            self.recount.was_told(job_id, verb)

    @rule(which=WHICH, number=st.integers(1, 6))
    def place_corners(self, which: int, number: int) -> None:
        """On a failed page, or where there is none on any page; twice, too."""
        ended = self.recount.ended.items()
        failed = [page for page, row in ended if row.state == "failed" and page[0] not in self.recount.gone]
        job_id, number = pick(failed, which) if failed else (self.job(which, "read_again"), number)
        for _ in range(2):
            if self.told(job_id, partial(self.ledger.read_again, job_id, number, CORNERS)):
                self.recount.ended.pop((job_id, number), None)

    # Workers.

    @rule(window=st.integers(1, 3), lease_s=LEASES_OR_LOST)
    def take(self, window: int, lease_s: float | None) -> None:
        self.send(self.ledger.hand_out(window=window), window, lease_s)

    @rule(window=st.integers(1, 3), result=RESULTS)
    def work(self, window: int, result: PageResult) -> None:
        """Do what an honest worker does."""
        messages = self.ledger.hand_out(window=window)
        self.send(messages, window, None)
        for message in messages:
            self.commit_all(self.claim(message, 60), result)

    @rule(after=ACCIDENTS, max_attempts=st.integers(1, 3), queue_is_empty=st.booleans(), lease_s=LEASES_OR_LOST)
    def sweep(self, *, after: str, max_attempts: int, queue_is_empty: bool, lease_s: float | None) -> None:
        self.happen(after)
        more = {"resend_after_s": -1, "queue_is_empty": queue_is_empty, "window": 2}
        self.send(self.ledger.sweep(max_attempts=max_attempts, **more), 2, lease_s)

    def happen(self, what: str) -> None:
        if what == "the broker is wiped":
            self.ledger.rebuild()
        elif what != "nothing":
            self.held.clear()
            self.ledger.release_dead("w", lambda _: False) if what == "all die" else self.recount.expire_all()

    @precondition(lambda self: self.messages)
    @rule(which=WHICH, lease_s=LEASES_S)
    def claim_again(self, which: int, lease_s: float) -> None:
        self.claim(pick(self.messages, which), lease_s)

    @precondition(lambda self: self.claims)
    @rule(which=SOME, result=RESULTS)
    def commit(self, which: list[int], result: PageResult) -> None:
        """Commit claims of one message or of several, whether or not they are held."""
        read = {claim: dict.fromkeys(self.pages_of[named(claim)], result) for claim in self.some_claims(which)}

        kept = self.ledger.commit(read, model_version="m")

        self.recount.n_late += len(read) - len(kept)
        self.have_counted(kept, read)

    def have_counted(self, kept: list[Claim], read: dict[Claim, dict[int, PageResult]]) -> None:
        self.held -= set(kept)
        for claim in kept:
            assert claim.attempt == self.newest_attempt[named(claim)]
            assert named(claim) not in self.committed
            assert claim.job_id not in self.recount.cancelled | self.recount.gone
            assert not any((claim.job_id, number) in self.recount.ended for number in read[claim])
            self.committed.add(named(claim))

    @precondition(lambda self: self.claims)
    @rule(which=SOME, for_s=LEASES_OR_LOST)
    def let_go(self, which: list[int], for_s: float | None) -> None:
        """Give chunks back, because of themselves or because of something else."""
        claims = self.some_claims(which)
        self.held -= set(claims)
        self.ledger.release(claims) if for_s is None else self.ledger.give_back(claims, for_s=for_s)

    @precondition(lambda self: self.claims)
    @rule(which=WHICH)
    def overtake(self, which: int) -> None:
        """A lease ends, and another worker takes the chunk: from then on a commit of the first one is late."""
        late = pick(self.claims, which)
        self.ledger.release([late])
        self.held.discard(late)
        self.claim(next(message for message in self.messages if late.chunk_id in ids_of(message)), 60)

    # What holds.

    @invariant()
    def every_page_ends_once_and_what_is_counted_is_true(self) -> None:
        if hasattr(self, "recount"):
            self.recount.check(self.jobs)

    def teardown(self) -> None:
        """Whatever happened before: with one honest worker every page of every job that goes on ends."""
        if not hasattr(self, "recount"):
            return
        messages = None
        while messages != []:
            self.happen("all leases end")
            messages = self.ledger.sweep(max_attempts=9, resend_after_s=-1, queue_is_empty=True, window=9)
            self.send(messages, 9, None)
            for message in messages:
                self.commit_all(self.claim(message, 60), reading())
        assert all(job.state != "running" for job in self.ledger.progress_of(self.jobs))
        self.recount.check(self.jobs)

    # Steps of the rules.

    def job(self, which: int, verb: str) -> JobId:
        """One of the jobs that the verb is for, if there is one, or else any, now and then one that is gone."""
        those = [job.id for job in self.ledger.jobs() if job.state == MEANT_FOR.get(verb)]
        living = [job_id for job_id in self.jobs if job_id not in self.recount.gone]
        return pick(those or [*sorted(self.recount.gone, key=self.jobs.index)[-1:], *living], which)

    def told(self, job_id: JobId, call: Callable[[], object]) -> bool:
        """Whether the job was told; it may be in the wrong state, or gone."""
        try:
            call()
        except BadRequest:
            return False
        except NotFound:
            assert job_id in self.recount.gone
            return False
        return True

    def send(self, messages: Sequence[ReadPages], window: int, lease_s: float | None) -> None:
        if messages:
            assert self.ledger.overview().n_in_flight_messages <= window * SMALLEST_CROWD
        for message in messages:
            for chunk in message.chunks:
                assert chunk.job_id not in self.recount.cancelled | self.recount.gone
                self.pages_of[named(chunk)] = [page.number for page in chunk.pages]
            self.messages.append(message)
            if lease_s is not None:
                self.claim(message, lease_s)

    def claim(self, message: ReadPages, lease_s: float) -> list[Claim]:
        taken = self.ledger.claim(message, worker="w", lease_s=lease_s)
        self.newest_attempt.update({named(claim): claim.attempt for claim in taken})
        assert not {named(claim) for claim in taken} & {named(claim) for claim in self.held}
        assert {job.state for job in self.ledger.progress_of([claim.job_id for claim in taken])} <= {"running"}
        self.held |= set(taken) if lease_s > 0 else set()
        self.claims += sorted(taken, key=named)
        return taken

    def commit_all(self, claims: list[Claim], result: PageResult) -> None:
        read = {claim: dict.fromkeys(self.pages_of[named(claim)], result) for claim in claims}
        assert self.ledger.commit(read, model_version="m") == claims
        self.have_counted(claims, read)

    def some_claims(self, which: list[int]) -> list[Claim]:
        """Any claims, also of one chunk, as no honest worker has them."""
        return list(
            {(claim.chunk_id, claim.attempt): claim for claim in (pick(self.claims, one) for one in which)}.values()
        )


def named(chunk: Claim | Chunk) -> Named:
    """A chunk; SQLite gives the id of one that was purged out again."""
    return chunk.chunk_id, chunk.job_id


def ids_of(message: ReadPages) -> list[int]:
    return [chunk.chunk_id for chunk in message.chunks]


def pick(those: Sequence[T], which: int) -> T:
    return those[-1 - which % len(those)]
