"""What the page shows of the whole: to Prometheus, and as JSON."""

import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from formdigits.errors import ServerUnreachable
from formdigits.ledger import Ledger
from formdigits.ledger.schema import COUNTERS as COUNTED
from submit_ui.api.metrics import COUNTERS
from tests.submit_ui.fakes import VERSION, a_failure, work_off


@pytest.fixture
def submitted(api, scans):
    """A job of three digit images."""
    answer = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": scans})
    assert answer.status_code == 202, answer.text
    return answer.json["id"]


@pytest.fixture
def scans(tmp_path):
    return [str(tmp_path / "scans" / f"{number}.png") for number in (1, 2, 3)]


def samples(answer):
    """Value by name and labels, as Prometheus reads them."""
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_metrics_need_the_token_as_the_api_does(app, browser, api):
    stranger = app.test_client().get("/metrics")

    assert stranger.status_code == browser.client.get("/metrics").status_code == 401
    assert stranger.json["error"]["code"] == "not_authorised"
    assert api.get("/metrics").content_type.startswith("text/plain; version=")


def test_a_job_goes_from_waiting_to_read_in_the_metrics(api, submitted, ledger, broker):
    ledger.beat("w1", model_version=VERSION, model_error=None)

    before = samples(api.get("/metrics"))
    work_off(ledger, broker, {2: a_failure()})
    after = samples(api.get("/metrics"))

    assert before["formdigits_pages_left",] == before["formdigits_pages_in_flight",] == 3
    assert before["formdigits_jobs", ("state", "running")] == 1
    assert after["formdigits_pages_left",] == after["formdigits_messages_in_flight",] == 0
    assert after["formdigits_jobs", ("state", "done")] == 1
    assert after["formdigits_pages_read_total",] == 2
    assert after["formdigits_pages_failed_total",] == 1
    assert after["formdigits_workers",] == after["formdigits_workers_by_model", ("model_version", VERSION)] == 1


def test_every_counter_of_the_ledger_is_explained_and_shown(api):
    shown = samples(api.get("/metrics"))

    assert set(COUNTERS) == set(COUNTED)
    assert {f"formdigits_{name}_total" for name in COUNTED} <= {name for name, *_ in shown}


def test_a_worker_that_refuses_the_model_and_a_broker_that_is_down_are_seen(api, ledger, broker):
    ledger.beat("w1", model_version=VERSION, model_error="v2 refused: its sha256 differs")
    broker.down = True

    shown = samples(api.get("/metrics"))

    assert shown["formdigits_workers_with_model_error",] == 1
    assert (shown["formdigits_broker_up",], shown["formdigits_ledger_up",]) == (0, 1)


def test_the_page_s_own_metrics_are_there_when_the_ledger_is_not(api, monkeypatch):
    unreachable(monkeypatch)

    shown = samples(api.get("/metrics"))

    assert shown["formdigits_ledger_up",] == 0
    assert ("formdigits_pages_left",) not in shown
    assert shown["formdigits_disk_free_bytes",] > 0


def test_requests_are_timed_by_endpoint_and_not_by_what_strangers_ask_for(app, api, submitted):
    stranger = app.test_client()
    for number in range(5):
        stranger.get(f"/wp-admin/{number}")
        api.get(f"/api/v1/jobs/{submitted}")

    shown = samples(api.get("/metrics"))

    requests = {key[1:]: value for key, value in shown.items() if key[0] == "formdigits_request_seconds_count"}
    assert requests[("endpoint", "api.jobs.show"), ("status", "2xx")] == 5
    assert sum(value for labels, value in requests.items() if ("endpoint", "none") in labels) == 5
    assert not any("wp-admin" in str(key) for key in shown)


def test_the_overview_has_what_starts_and_stops_workers(api, submitted, ledger):
    ledger.beat("w1", model_version=VERSION, model_error=None)

    seen = api.get("/api/v1/overview").json

    assert (seen["waiting_plus_in_flight_pages"], seen["waiting_plus_in_flight_messages"]) == (3, 1)
    assert seen["jobs"] == {"running": 1}
    assert seen["workers"][0]["worker"] == "w1"
    assert seen["workers"][0]["seen_s_ago"] < 60
    assert seen["counters"]["pages_read"] == 0


def test_the_overview_names_no_job(api, submitted):
    assert submitted not in json.dumps(api.get("/api/v1/overview").json)


def test_whether_the_process_lives_and_can_work_is_open_and_says_nothing_about_jobs(app, submitted, broker):
    stranger = app.test_client()

    live, ready = (stranger.get(f"/api/v1/health/{what}") for what in ("live", "ready"))
    broker.down = True
    without_broker = stranger.get("/api/v1/health/ready")

    assert (live.status_code, live.json) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "ledger": True, "broker": True})
    assert (without_broker.status_code, without_broker.json["broker"]) == (200, False)


def test_a_page_without_its_ledger_lives_and_is_not_ready(app, monkeypatch):
    unreachable(monkeypatch)
    stranger = app.test_client()

    assert stranger.get("/api/v1/health/live").status_code == 200
    assert stranger.get("/api/v1/health/ready").status_code == 503


def unreachable(monkeypatch):
    """Have the ledger not answer."""

    def fail(*_, **__):
        raise ServerUnreachable("the database of the ledger does not answer")

    for method in ("workers", "overview"):
        monkeypatch.setattr(Ledger, method, fail)
