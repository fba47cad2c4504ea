"""What a roster says of a whole job is written once, when all pages have ended, and nothing overtakes it."""

import threading

import pytest

from formdigits.errors import NotFound
from formdigits.ledger import Amended
from formdigits.readings import Outcome
from tests.formdigits.ledger.examples import UNREADABLE, add_job, claim_again, claim_next, hand_out, reading, results

CORNERS = ((10.0, 10.5), (110.0, 12.0), (108.0, 150.0), (9.0, 149.0))


def commit(ledger, claim, found=None):
    """Commit pages that are to be matched."""
    return ledger.commit({claim: found or results(claim)}, model_version="m1", to_match=[claim])


def amended(number, outcome=Outcome.REVIEW):
    return Amended(number, reading(outcome).model_dump_json())


def take(ledger):
    return ledger.take_matching(lease_s=60)


@pytest.fixture
def job_id(ledger):
    """A job of four pages whose pages have all ended, the last as a failure, and are still to be matched."""
    job_id = add_job(ledger, 4, chunk_size=4)
    commit(ledger, claim_next(ledger), {number: reading() if number < 4 else UNREADABLE for number in range(1, 5)})
    return job_id


def counts(ledger, job_id):
    job = ledger.progress(job_id)
    return job.state, job.n_review, job.n_accepted


def outcomes(ledger, job_id):
    return [page.result.fields[0].outcome for page in ledger.pages(job_id) if page.state == "read"]


def test_a_job_ends_when_its_pages_are_matched_and_not_before(ledger, job_id):
    before = counts(ledger, job_id)

    matching = take(ledger)
    counted = ledger.amend(matching, [amended(2)])

    assert before == ("running", 0, 3)
    assert counted
    assert counts(ledger, job_id) == ("done", 1, 2)
    assert outcomes(ledger, job_id) == [Outcome.ACCEPTED, Outcome.REVIEW, Outcome.ACCEPTED]
    assert [page.number for page in ledger.pages(job_id, only="review")] == [2]


def test_a_job_without_a_roster_ends_with_its_last_page(ledger):
    job_id = add_job(ledger, 2)

    ledger.commit({(claim := claim_next(ledger)): results(claim)}, model_version="m1")

    assert ledger.progress(job_id).state == "done"
    assert take(ledger) is None


def test_nothing_is_matched_while_a_page_is_being_read(ledger):
    add_job(ledger, 4, chunk_size=2)

    commit(ledger, claim_next(ledger))

    assert take(ledger) is None


def test_only_one_matches_a_job_until_its_lease_is_over(ledger, job_id):
    first = ledger.take_matching(lease_s=-1)
    second = take(ledger)
    third = take(ledger)

    assert first == second
    assert second.job_id == job_id
    assert third is None


def test_of_two_that_match_the_same_job_one_counts(ledger, job_id):
    late, soon = ledger.take_matching(lease_s=-1), take(ledger)

    counted = [ledger.amend(matching, [amended(2)]) for matching in (soon, late)]

    assert counted == [True, False]
    assert counts(ledger, job_id) == ("done", 1, 2)


def test_of_several_that_match_at_the_same_moment_one_counts(ledger, job_id):
    matching, counted = take(ledger), []
    barrier = threading.Barrier(4)

    def amend():
        barrier.wait()
        counted.append(ledger.amend(matching, [amended(1), amended(3)]))

    threads = [threading.Thread(target=amend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counted) == [False, False, False, True]
    assert counts(ledger, job_id) == ("done", 2, 1)


def test_a_page_that_is_read_again_in_the_meantime_makes_the_matching_too_late(ledger, job_id):
    matching = take(ledger)

    ledger.read_again(job_id, 4, CORNERS)
    while_it_is_read = ledger.amend(matching, [amended(2)])
    commit(ledger, claim_next(ledger), {4: reading()})
    afterwards = ledger.amend(matching, [amended(2)])
    again = take(ledger)

    assert (while_it_is_read, afterwards) == (False, False)
    assert counts(ledger, job_id) == ("running", 0, 4)
    assert again.to_match == matching.to_match + 1
    assert ledger.amend(again, [amended(2)])
    assert counts(ledger, job_id) == ("done", 1, 3)


def test_what_was_matched_before_is_taken_back_when_later_pages_say_otherwise(ledger, job_id):
    ledger.amend(take(ledger), [amended(1), amended(2)])
    ledger.retry_failed(job_id)
    commit(ledger, claim_next(ledger), {4: reading()})

    read = dict(ledger.as_read(job_id))
    ledger.amend(take(ledger), [amended(2)])

    assert set(read) == {1, 2, 3, 4}
    assert {page.fields[0].outcome for page in read.values()} == {Outcome.ACCEPTED}
    assert counts(ledger, job_id) == ("done", 1, 3)
    assert outcomes(ledger, job_id) == [Outcome.ACCEPTED, Outcome.REVIEW, Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_a_page_that_fails_again_leaves_the_matching_as_it_is(ledger, job_id):
    ledger.amend(take(ledger), [amended(1)])

    ledger.retry_failed(job_id)
    ledger.commit({claim_next(ledger): {4: UNREADABLE}}, model_version="m1")

    assert counts(ledger, job_id) == ("done", 1, 2)
    assert take(ledger) is None


def test_a_late_commit_changes_nothing_of_what_was_matched(ledger):
    job_id = add_job(ledger, 2)
    late = claim_next(ledger, lease_s=-1)
    commit(ledger, claim_again(ledger, late))
    ledger.amend(take(ledger), [amended(1)])

    kept = commit(ledger, late)

    assert kept == []
    assert counts(ledger, job_id) == ("done", 1, 1)
    assert take(ledger) is None


def test_a_paused_job_whose_pages_have_ended_is_matched_and_a_cancelled_one_stays(ledger, job_id):
    ledger.pause(job_id)
    paused = take(ledger)
    ledger.cancel(job_id)

    counted = ledger.amend(paused, [amended(1)])

    assert paused is not None
    assert not counted
    assert counts(ledger, job_id) == ("cancelled", 0, 3)


def test_a_job_that_was_purged_in_the_meantime_is_gone(ledger, job_id):
    matching = take(ledger)
    ledger.cancel(job_id)
    while not ledger.purge(job_id).done:
        pass

    with pytest.raises(NotFound):
        ledger.amend(matching, [])


def test_pages_are_read_back_a_slice_at_a_time_or_by_their_numbers(ledger, monkeypatch):
    monkeypatch.setattr("formdigits.ledger.matchings.SLICE", 2)
    job_id = add_job(ledger, 5, chunk_size=5)
    commit(ledger, claim_next(ledger))

    all_numbers = [number for number, _ in ledger.as_read(job_id)]
    some = [number for number, _ in ledger.as_read(job_id, [1, 2, 4])]

    assert all_numbers == [1, 2, 3, 4, 5]
    assert some == [1, 2, 4]


def test_what_happened_over_all_jobs_counts_what_was_read_and_not_what_a_roster_made_of_it(ledger, job_id):
    before = ledger.overview().counters

    ledger.amend(take(ledger), [amended(1)])

    assert ledger.overview().counters == before
    assert hand_out(ledger) == []
