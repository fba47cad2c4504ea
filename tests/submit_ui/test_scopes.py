"""Every endpoint, every scope: what a token opens, and that nothing is forgotten."""

import pytest
from flask import Flask

from formdigits.ledger import Ledger
from submit_ui.callers import sha256_of
from submit_ui.scopes import needed_scope
from submit_ui.security import OPEN_ENDPOINTS
from tests.submit_ui.conftest import Browser

SCOPES = ("read", "submit", "admin")
TABLE = {
    "read": """
        GET /forms
        GET /forms/FORM
        GET /forms/FORM.yaml
        GET /forms/FORM/forecast
        GET /forms/FORM/files/x.png
        GET /workers
        GET /overview
        GET /jobs
        GET /jobs/JOB
        GET /jobs/JOB/pages
        GET /jobs/JOB/roster
        GET /jobs/JOB/sheets
        GET /jobs/JOB/results.csv
        GET /jobs/JOB/results.ndjson
        GET /jobs/JOB/pages/1/scan.png
        GET /jobs/JOB/pages/1/fields/digit.png
        GET /models
        GET /models/VERSION/report/x.png
        GET /retrains
        GET /retrains/1
    """,
    "submit": """
        POST /scans
        POST /form-pictures
        POST /forms
        POST /forms/check
        POST /jobs
        POST /jobs/JOB/pages
        POST /jobs/JOB/start
        POST /jobs/JOB/cancel
        POST /jobs/JOB/pages/1/corners
        POST /jobs/JOB/pause
        POST /jobs/JOB/resume
        POST /jobs/JOB/retry
        POST /jobs/JOB/priority
        DELETE /jobs/JOB
    """,
    "admin": """
        GET /jobs/purgeable
        POST /models/VERSION/promote
        POST /models/roll-back
        POST /retrains
        POST /retrains/1/cancel
        GET /tokens
        POST /tokens
        DELETE /tokens/NAME
        POST /rebuild
    """,
}
REQUESTS = [(line.strip(), scope) for scope, lines in TABLE.items() for line in lines.split("\n") if line.strip()]
OF_A_JOB = [request for request, _ in REQUESTS if "JOB" in request]


@pytest.fixture
def tokens(ledger: Ledger) -> dict[str, str]:
    """A token of each scope; its owner is named as the scope is."""
    for scope in SCOPES:
        ledger.add_token(scope, sha256=sha256_of(f"token-{scope}"), scope=scope, quota=None)
    return {scope: f"token-{scope}" for scope in SCOPES}


@pytest.fixture
def ask(app: Flask, tokens: dict[str, str]):
    """Send a request of the table with a token; the answer."""

    def ask(request, scope, job_id="nothing"):
        method, address = request.replace("JOB", job_id).split()
        headers = {"Authorization": f"Bearer {tokens[scope]}"}
        return app.test_client().open(f"/api/v1{address}", method=method, headers=headers, json={})

    return ask


def a_job_of(ledger: Ledger, owner: str) -> str:
    from formdigits.ledger import NewPage

    page = NewPage("/scans/a.png", "a.png")
    return ledger.add_job(form="single-digit@1", pages=[page], max_error=0.01, chunk_size=1, owner=owner)


def is_refused(answer) -> bool:
    return answer.status_code == 403 and answer.json["error"]["code"] == "not_permitted"


@pytest.mark.parametrize(("request_", "needed"), REQUESTS)
def test_a_scope_opens_what_it_covers_and_nothing_else(ask, request_, needed):
    opened = {scope: not is_refused(ask(request_, scope)) for scope in SCOPES}

    assert opened == {scope: SCOPES.index(scope) >= SCOPES.index(needed) for scope in SCOPES}


def test_the_table_has_every_endpoint(app):
    adapter = app.url_map.bind("localhost")
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}

    named = {
        adapter.match(f"/api/v1{address.replace('JOB', 'x')}", method=method)[0]
        for method, address in (request.split() for request, _ in REQUESTS)
    }

    assert named == rules - OPEN_ENDPOINTS
    assert needed_scope("metrics.show") == "read"


def test_what_is_not_named_is_for_admins():
    assert needed_scope("api.something.new") == needed_scope("pages.something_new") == "admin"


@pytest.mark.parametrize("request_", OF_A_JOB)
def test_the_job_of_another_owner_is_answered_as_one_that_is_not_there(ask, ledger, request_):
    theirs = a_job_of(ledger, "somebody")

    answer = ask(request_, "submit", theirs)

    assert answer.status_code == 404
    assert answer.json == {"error": {"code": "not_found", "message": f"there is no job {theirs}"}}
    assert ledger.progress(theirs).state == "running"


def test_a_list_of_jobs_holds_ones_own_and_the_admin_s_holds_all(ask, ledger):
    mine, theirs = a_job_of(ledger, "read"), a_job_of(ledger, "somebody")

    def listed(scope, query=""):
        return [job["id"] for job in ask(f"GET /jobs{query}", scope).json["jobs"]]

    assert listed("read") == [mine]
    assert listed("read", f"?ids={mine},{theirs}") == [mine]
    assert listed("admin") == [theirs, mine]
    assert listed("admin", f"?ids={mine},{theirs},unknown") == [mine, theirs]


def test_a_token_that_is_removed_opens_nothing_any_more(ask, ledger):
    assert ask("GET /jobs", "read").status_code == 200

    ledger.remove_token("read")

    assert ask("GET /jobs", "read").status_code == 401


def test_the_operator_s_token_is_good_while_the_ledger_does_not_answer(app, token, monkeypatch):
    monkeypatch.setattr(Ledger, "token", lambda *_: pytest.fail("the ledger was asked for the operator's token"))

    answer = app.test_client().get("/api/v1/forms", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


def let_in(app: Flask, token: str):
    client = app.test_client()
    client.get(f"/?token={token}")
    return client


def test_a_page_shows_the_jobs_of_its_token_and_only_the_admin_s_says_whose_they_are(app, tokens, ledger):
    mine, theirs = a_job_of(ledger, "read"), a_job_of(ledger, "somebody")

    own = let_in(app, tokens["read"]).get("/jobs").text
    every = let_in(app, tokens["admin"]).get("/jobs").text

    assert mine in own
    assert theirs not in own
    assert "<th>Owner</th>" not in own
    assert mine in every
    assert theirs in every
    assert "<td>somebody</td>" in every


def test_a_browser_that_may_only_look_is_led_to_the_jobs_and_sees_no_buttons(app, tokens, ledger):
    job_id = a_job_of(ledger, "read")
    client = let_in(app, tokens["read"])

    first, job, models = client.get("/"), client.get(f"/jobs/{job_id}").text, client.get("/models").text

    assert first.location == "/jobs"
    assert "<button" not in job
    assert "<button" not in models
    assert client.get(f"/jobs/{a_job_of(ledger, 'somebody')}").status_code == 404


def test_a_removed_token_ends_its_sessions(app, tokens, ledger):
    client = let_in(app, tokens["submit"])
    assert client.get("/jobs").status_code == 200

    ledger.remove_token("submit")

    assert client.get("/jobs").status_code == 302


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("/jobs/JOB/cancel", "submit"),
        ("/jobs/JOB/purge", "submit"),
        ("/xhr/jobs", "submit"),
        ("/models/x/promote", "admin"),
        ("/models/roll-back", "admin"),
        ("/retrains", "admin"),
        ("/retrains/1/cancel", "admin"),
        ("/xhr/tokens", "admin"),
        ("/xhr/rebuild", "admin"),
    ],
)
def test_a_session_opens_what_its_token_does(app, tokens, ledger, address, needed):
    def is_opened(scope):
        browser = Browser(app.test_client())
        browser.client.get(f"/?token={tokens[scope]}")
        headers = {"X-CSRFToken": browser.csrf_token("/jobs")}
        place = address.replace("JOB", a_job_of(ledger, scope))
        return browser.client.post(place, headers=headers, data={"epochs": "0"}).status_code != 403

    assert [is_opened(scope) for scope in SCOPES] == [scope in SCOPES[SCOPES.index(needed) :] for scope in SCOPES]
