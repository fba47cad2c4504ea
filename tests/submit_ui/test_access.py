"""Requests in the log: each has an id, and nothing secret."""

import pytest
import structlog
from structlog.testing import capture_logs


@pytest.fixture
def logged():
    """The events of a test, with the ids that are bound to its requests."""
    processors = [structlog.contextvars.merge_contextvars]
    with capture_logs(processors=processors) as events:
        yield events
    structlog.contextvars.clear_contextvars()


def test_a_request_that_changes_something_is_logged_with_its_job_and_its_caller(api, logged):
    job_id = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": ["/nowhere/1.png"]}).json["id"]
    answer = api.post(f"/api/v1/jobs/{job_id}/cancel")

    submitted, event = (one for one in logged if one["event"] == "request")
    assert submitted["job_id"] == job_id
    assert (event["endpoint"], event["job_id"], event["caller"]) == ("api.steering.cancel", job_id, "operator")
    assert (event["method"], event["status"]) == ("POST", 200)
    assert event["request_id"] == answer.headers["X-Request-ID"]


def test_looking_is_not_logged(api, logged):
    api.get("/api/v1/jobs")

    assert logged == []


def test_every_request_has_an_id_of_its_own(app):
    client = app.test_client()

    ids = {client.get("/api/v1/health/live").headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("given", "kept"), [("trace-1.2_3", True), ("x" * 65, False), ('"}{"event":"forged', False), ("", False)]
)
def test_an_id_that_a_proxy_gave_goes_on_unless_it_could_forge_a_line(app, given, kept):
    answer = app.test_client().get("/api/v1/health/live", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) is kept


def test_an_error_that_nobody_foresaw_is_logged_under_the_id_that_the_answer_names(api, app, logged, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("broken")

    monkeypatch.setattr(app.extensions["formdigits"].ledger, "jobs", fail)

    answer = api.get("/api/v1/jobs")

    [event] = logged
    assert answer.status_code == 500
    assert (event["event"], event["request_id"]) == ("request failed", answer.headers["X-Request-ID"])


def test_a_refused_request_is_logged_without_what_it_brought(app, logged):
    app.test_client().post("/api/v1/jobs?token=hunter2", headers={"Authorization": "Bearer hunter2"}, json={})

    [event] = logged
    assert (event["status"], event["caller"]) == (401, None)
    assert "hunter2" not in str(event)
