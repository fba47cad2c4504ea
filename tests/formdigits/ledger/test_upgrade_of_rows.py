"""A ledger of the first release with jobs in it, and what becomes of them."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from formdigits.ledger import Ledger, open_ledger
from formdigits.ledger.schema import metadata
from formdigits.ledger.upgrade import MIGRATIONS
from formdigits.messages import Recipe
from tests.formdigits.ledger.examples import UNREADABLE, add_job, commit, hand_out, numbers, read_all, reading, results

JOB = """INSERT INTO jobs (id, public_id, idempotency_key, form, max_error, state, n_pages, n_read, n_failed, n_digits,
 n_review, n_accepted, submitted_at) VALUES (:id, :name, :key, 'card@1', 0.01, :state, :n, :n_read, :n_failed, :n_read,
 0, :n_read, 1700000000)"""
CHUNK = """INSERT INTO chunks (job_id, first, last, state, attempt, queued_at, lease_until, worker)
 VALUES (:job, :first, :last, :state, :attempt, 1700000000, :lease, 'old-1')"""
PAGE = """INSERT INTO pages (job_id, number, state, n_review, name, path, model_version, result)
 VALUES (:job, :number, :state, 0, 'page', '/scans/page.png', :model, :result)"""
RETRAIN = """INSERT INTO retrains (slot, state, recipe, promoted, message, submitted_at)
 VALUES (1, 'waiting', :recipe, false, '', 1700000000)"""


def migrate_to_the_first_release(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


def add_forms(connection: Connection) -> None:
    """20 forms, 8 a chunk: the first chunk is done, the second's worker is lost, the third's message was sent."""
    row = {"id": 1, "name": "forms", "key": "monday", "state": "running", "n": 20, "n_read": 8, "n_failed": 1}
    connection.execute(text(JOB), row)
    for first, last, state, lease in ((1, 8, "done", None), (9, 16, "claimed", 1.0), (17, 20, "queued", None)):
        row = {"job": 1, "first": first, "last": last, "state": state, "attempt": 1, "lease": lease}
        connection.execute(text(CHUNK), row)
    for number in range(1, 21):
        state = "read" if number <= 8 else "failed" if number == 20 else "waiting"
        result = {"read": reading(), "failed": UNREADABLE, "waiting": None}[state]
        kept = {"model": "old" if state == "read" else None, "result": result and result.model_dump_json()}
        connection.execute(text(PAGE), {"job": 1, "number": number, "state": state, **kept})


def add_images(connection: Connection, job: int, name: str, state: str) -> None:
    """1000 images, 100 a chunk, of which none was handed out."""
    row = {"id": job, "name": name, "key": None, "state": state, "n": 1000, "n_read": 0, "n_failed": 0}
    connection.execute(text(JOB), row)
    for first in range(1, 1000, 100):
        row = {"job": job, "first": first, "last": first + 99, "state": "pending", "attempt": 0, "lease": None}
        connection.execute(text(CHUNK), row)
    waiting = {"job": job, "state": "waiting", "model": None, "result": None}
    connection.execute(text(PAGE), [{**waiting, "number": number} for number in range(1, 1001)])


@pytest.fixture
def upgraded(ledger_url) -> Iterator[Ledger]:
    old = open_ledger(ledger_url)
    with old._writing.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        migrate_to_the_first_release(connection)
        add_forms(connection)
        add_images(connection, 2, "images", "running")
        add_images(connection, 3, "cancelled", "cancelled")
        connection.execute(text(RETRAIN), {"recipe": Recipe().model_dump_json()})
        if connection.dialect.name == "postgresql":  # ids were given by hand
            connection.execute(text("SELECT setval('jobs_id_seq', 3)"))
    old.close()
    ledger = open_ledger(ledger_url)
    yield ledger
    with ledger._writing.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    ledger.close()


def test_what_was_read_before_the_upgrade_is_there_and_belongs_to_the_operator(upgraded):
    jobs = upgraded.jobs(owner="operator")

    assert [(job.id, job.state, job.n_read, job.priority) for job in jobs] == [
        ("cancelled", "cancelled", 0, "normal"),
        ("images", "running", 0, "normal"),
        ("forms", "running", 8, "normal"),
    ]
    assert upgraded.page("forms", 8).result == reading()


def test_jobs_go_on_to_their_end_after_the_upgrade(upgraded):
    upgraded.sweep(max_attempts=3, resend_after_s=5, queue_is_empty=True, window=1)
    upgraded.rebuild()

    read_all(upgraded, model="new")

    forms, images, cancelled = upgraded.progress_of(["forms", "images", "cancelled"])
    assert (forms.state, forms.n_read, forms.n_failed) == ("done", 19, 1)
    assert (images.state, images.n_read) == ("done", 1000)
    assert (cancelled.state, cancelled.n_cancelled) == ("cancelled", 1000)
    assert [upgraded.page("forms", number).model_version for number in (8, 9)] == ["old", "new"]


def test_a_key_from_before_the_upgrade_finds_its_job(upgraded):
    assert add_job(upgraded, idempotency_key="monday") == "forms"


def test_chunks_from_before_the_upgrade_cost_what_they_cost(upgraded):
    upgraded.rebuild()

    messages = upgraded.sweep(max_attempts=3, resend_after_s=5, queue_is_empty=False, window=2)

    assert [len(pages) for pages in numbers(messages)] == [8, 3, 100, 100]


def test_a_new_job_takes_turns_with_one_from_before_the_upgrade(upgraded):
    hand_out(upgraded, 3)

    new = add_job(upgraded, 2)

    assert new in [message.chunks[0].job_id for message in hand_out(upgraded, 2)]


def test_nothing_of_a_job_that_was_cancelled_before_the_upgrade_is_in_the_line(upgraded):
    job_ids = {chunk.job_id for message in hand_out(upgraded, 99) for chunk in message.chunks}

    assert job_ids == {"images"}


def test_a_retrain_that_waited_is_sent_again(upgraded):
    [waiting] = upgraded.retrains()

    message = upgraded.overdue_retrain(resend_after_s=60)

    assert message is not None
    assert message.retrain_id == waiting.id


def test_a_late_commit_from_before_the_upgrade_is_refused_once_another_worker_took_the_chunk(upgraded):
    [message] = upgraded.sweep(max_attempts=3, resend_after_s=60, queue_is_empty=False, window=1)[:1]
    [claim] = upgraded.claim(message, worker="new", lease_s=60)

    assert claim.attempt == 2
    assert not commit(upgraded, claim._replace(attempt=1), results(claim))
    assert commit(upgraded, claim, results(claim))
