import os
import sqlite3
import threading

import pytest

from formdigits.errors import ServerUnreachable
from formdigits.ledger import engine, open_ledger
from tests.formdigits.ledger.examples import add_job


def test_threads_share_a_ledger(ledger):
    beats = [
        threading.Thread(target=ledger.beat, args=(f"w{i}",), kwargs={"model_version": None, "model_error": None})
        for i in range(8)
    ]

    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()

    assert len(ledger.workers()) == 8


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_takes_none_of_its_parents_connections(ledger):
    job_id = add_job(ledger)
    parents = ledger._reading.pool

    child = os.fork()
    if child == 0:  # leaves at once, without pytest's own ending
        own = ledger._reading.pool is not parents and ledger.progress(job_id).n_pages == 4
        os._exit(0 if own else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert ledger.progress(job_id).n_pages == 4


def test_a_writer_that_holds_the_file_too_long_makes_it_unreachable(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.05)
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(ServerUnreachable, match="locked"):
        add_job(ledger)

    assert ledger.jobs() == []  # readers go on
    other.close()
    ledger.close()


def test_a_writer_waits_for_another_one_and_goes_on_when_it_is_done(tmp_path):
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    seen_before_the_end = []

    def end():
        seen_before_the_end.append(len(ledger.jobs()))
        other.execute("COMMIT")

    later = threading.Timer(0.2, end)
    later.start()
    job_id = add_job(ledger)
    later.join()

    assert seen_before_the_end == [0]
    assert [job.id for job in ledger.jobs()] == [job_id]
    other.close()
    ledger.close()


def test_an_error_of_the_server_names_no_password():
    with pytest.raises(ServerUnreachable) as caught:
        open_ledger("postgresql://formdigits:secret-word@127.0.0.1:1/nothing")

    assert "secret-word" not in str(caught.value)
