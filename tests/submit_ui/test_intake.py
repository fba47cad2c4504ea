"""When no job is taken: before anything is written, with a reason, and with the time after which to come back."""

import sqlite3
import time
from contextlib import closing
from threading import Event

import pytest

from formdigits.errors import BrokerUnavailable, Overloaded
from submit_ui.app import create_app
from submit_ui.callers import sha256_of
from submit_ui.intake import Intake
from tests.submit_ui.fakes import State, work_off

OK = State("ok", "the broker takes messages")


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


def intake(ask_broker=lambda: OK, n_waiting=0, most_waiting=0, clock=time.monotonic):
    return Intake(ask_broker, lambda: n_waiting, most_waiting=most_waiting, clock=clock)


def test_a_broker_that_is_well_lets_jobs_in():
    intake().admit(1_000_000)


@pytest.mark.parametrize("state", [State("down", "the broker does not answer"), State("full", "its memory is used up")])
def test_a_broker_that_is_down_or_full_lets_none_in_and_says_so(state):
    with pytest.raises(BrokerUnavailable, match=state.sentence):
        intake(lambda: state).admit(1)


def test_a_broker_that_hangs_is_waited_for_once_and_not_by_everybody(monkeypatch):
    monkeypatch.setattr("submit_ui.intake.LONGEST_LOOK_S", 0.05)
    hangs, n_asked = Event(), []
    hanging = intake(lambda: n_asked.append(1) or (hangs.wait(30) and OK))

    for _ in range(3):
        with pytest.raises(BrokerUnavailable, match="does not answer"):
            hanging.admit(1)
    hangs.set()

    assert len(n_asked) == 1


def test_a_look_that_is_too_old_counts_as_none(monkeypatch):
    monkeypatch.setattr("submit_ui.intake.LONGEST_LOOK_S", 0.05)
    clock, hangs, answers = Clock(), Event(), iter([True])
    once_well = intake(lambda: OK if next(answers, False) else hangs.wait(30) and OK, clock=clock)
    once_well.admit(1)

    clock.now_s += 3
    once_well.admit(1)  # the last look still holds, while the next one hangs
    clock.now_s += 3
    with pytest.raises(BrokerUnavailable):
        once_well.admit(1)
    hangs.set()


def test_a_broker_that_has_recovered_lets_the_next_job_in_at_once():
    clock, states = Clock(), iter([State("full", "its memory is used up"), OK])
    recovered = intake(lambda: next(states), clock=clock)
    with pytest.raises(BrokerUnavailable):
        recovered.admit(1)

    clock.now_s += 3

    recovered.admit(1)


def test_more_pages_than_may_wait_are_refused_and_what_was_let_in_since_counts():
    almost_full = intake(n_waiting=90, most_waiting=100)

    almost_full.admit(6)

    with pytest.raises(Overloaded, match="96 pages wait of at most 100"):
        almost_full.admit(5)
    almost_full.admit(4)


@pytest.fixture
def body(tmp_path):
    return {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")]}


def test_a_submit_while_the_broker_is_down_is_refused_before_anything_is_written(api, broker, ledger, body):
    broker.down = True

    answer = api.post("/api/v1/jobs", json=body)

    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "broker_unavailable"
    assert answer.headers["Retry-After"] == "5"
    assert ledger.jobs() == []


def test_a_part_while_the_broker_is_down_is_refused_too(api, app, broker, body):
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "open": True}).json
    broker.down = True
    app.extensions["formdigits"].intake.look()

    answer = api.post(f"/api/v1/jobs/{job['id']}/pages", json={"first": 1, "paths": body["paths"]})

    assert answer.json["error"]["code"] == "broker_unavailable"
    assert api.get(f"/api/v1/jobs/{job['id']}").json["n_pages"] == 0


def test_a_key_that_is_known_is_answered_while_the_broker_is_down(api, app, broker, body):
    first = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"})
    broker.down = True
    app.extensions["formdigits"].intake.look()

    again = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"})
    other = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "other"})

    assert (again.status_code, again.json["id"]) == (202, first.json["id"])
    assert other.status_code == 503


def test_a_broker_that_dies_after_it_was_looked_at_costs_no_acknowledged_job(api, app, broker, ledger, body):
    app.extensions["formdigits"].intake.look()
    broker.down = True

    answer = api.post("/api/v1/jobs", json=body)

    assert answer.status_code == 202
    assert broker.read == []
    broker.down = False
    ledger.rebuild()
    broker.read += ledger.hand_out(window=4)
    work_off(ledger, broker)
    assert ledger.progress(answer.json["id"]).state == "done"


def test_a_key_with_another_job_is_a_conflict(api, body, tmp_path):
    headers = {"Idempotency-Key": "k"}
    api.post("/api/v1/jobs", json=body, headers=headers)

    larger = api.post("/api/v1/jobs", json=body | {"paths": body["paths"] * 2}, headers=headers)
    other_form = api.post("/api/v1/jobs", json=body | {"form": "water-meter-card"}, headers=headers)

    for answer in (larger, other_form):
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "idempotency_conflict")


def test_more_than_a_quota_is_refused_until_pages_are_read(app, ledger, broker, body):
    ledger.add_token("archive", sha256=sha256_of("t"), scope="submit", quota=2)
    client = app.test_client()
    headers = {"Authorization": "Bearer t"}

    first = client.post("/api/v1/jobs", json=body | {"paths": body["paths"] * 2}, headers=headers)
    too_much = client.post("/api/v1/jobs", json=body, headers=headers)
    work_off(ledger, broker)
    later = client.post("/api/v1/jobs", json=body, headers=headers)

    assert [answer.status_code for answer in (first, too_much, later)] == [202, 429, 202]
    assert too_much.json["error"]["code"] == "quota_exceeded"
    assert "wait until some are read" in too_much.json["error"]["message"]
    assert int(too_much.headers["Retry-After"]) > 0


def test_a_quota_counts_the_parts_of_an_open_job(app, ledger, body):
    ledger.add_token("archive", sha256=sha256_of("t"), scope="submit", quota=2)
    client = app.test_client()
    headers = {"Authorization": "Bearer t"}
    client.post("/api/v1/jobs", json=body, headers=headers)
    job = client.post("/api/v1/jobs", json={"form": "single-digit", "open": True}, headers=headers).json

    part = {"first": 1, "paths": body["paths"] * 2}
    answer = client.post(f"/api/v1/jobs/{job['id']}/pages", json=part, headers=headers)

    assert answer.status_code == 429
    assert ledger.progress(job["id"]).n_pages == 0


def test_a_job_larger_than_its_owner_s_whole_quota_is_refused_for_good(app, ledger, body):
    ledger.add_token("archive", sha256=sha256_of("t"), scope="submit", quota=2)

    job = body | {"paths": body["paths"] * 3}
    answer = app.test_client().post("/api/v1/jobs", json=job, headers={"Authorization": "Bearer t"})

    assert answer.status_code == 422
    assert "quota of 2 pages" in answer.json["error"]["message"]
    assert "Retry-After" not in answer.headers


def test_a_ledger_that_does_not_answer_is_said_with_the_time_to_come_back(tmp_path, settings, broker, token, body):
    settings = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}"})  # a folder is no database
    client = create_app(settings, broker=broker).test_client()

    answer = client.post("/api/v1/jobs", json=body, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "server_unreachable"
    assert answer.headers["Retry-After"] == "5"


def test_a_ledger_without_room_takes_all_of_a_job_or_nothing(api, ledger, settings, body):
    with closing(sqlite3.connect(settings.data / "ledger.db")) as connection:
        n_pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with ledger._reading.connect() as connection:  # the one connection of this thread's pool
        connection.exec_driver_sql(f"PRAGMA max_page_count = {n_pages + 3}")

    answer = api.post("/api/v1/jobs", json=body | {"paths": body["paths"] * 20_000})

    assert (answer.status_code, answer.json["error"]["code"]) == (507, "ledger_full")
    assert ledger.jobs() == []


def test_the_cap_on_all_waiting_pages_counts_those_of_everybody(settings, broker, token, body):
    client = create_app(settings.model_copy(update={"max_waiting_pages": 3}), broker=broker).test_client()
    headers = {"Authorization": f"Bearer {token}"}

    first = client.post("/api/v1/jobs", json=body | {"paths": body["paths"] * 3}, headers=headers)
    second = client.post("/api/v1/jobs", json=body, headers=headers)

    assert [first.status_code, second.status_code] == [202, 503]
    assert second.json["error"]["code"] == "overloaded"
    assert second.headers["Retry-After"] == "5"
