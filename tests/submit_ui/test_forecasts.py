"""The forecast in the API, the client, the shell and on the pages."""

import json

import pytest

from formdigits.ledger import NewPage
from formdigits.model_store import ModelStore
from formdigits.readings import Outcome
from tests.submit_ui.fakes import digit_page, digit_png, work_off


@pytest.fixture
def store(app):
    """A store with the shipped model in service."""
    store: ModelStore = app.extensions["formdigits"].models
    store.seed()
    return store


def test_the_api_says_what_will_go_to_review_for_the_page_and_every_field(api, store):
    lax, strict = (
        api.get(f"/api/v1/forms/water-meter-card/forecast?max_error={budget}").json for budget in (0.05, 0.001)
    )

    assert lax["model_version"] == store.current()
    assert {field["name"] for field in lax["fields"]} >= {"meter_number", "reading"}
    assert 0 < lax["field_review"] < lax["page_review"] < 1
    assert lax["page_review"] < strict["page_review"]


def test_the_budget_of_the_server_counts_where_none_is_named(api, store, settings):
    found = api.get("/api/v1/forms/single-digit/forecast").json

    assert found["max_error"] == settings.max_error


@pytest.mark.parametrize(
    ("address", "status"),
    [("single-digit/forecast?max_error=0", 422), ("single-digit/forecast?max_error=x", 422), ("nothing/forecast", 404)],
)
def test_what_cannot_be_forecast_is_refused(api, store, address, status):
    assert api.get(f"/api/v1/forms/{address}").status_code == status


def test_without_a_model_in_service_there_is_no_forecast(api):
    answer = api.get("/api/v1/forms/single-digit/forecast")

    assert answer.status_code == 404
    assert "no model" in answer.json["error"]["message"]


def test_the_shell_prints_the_forecast_of_every_field(shell, store, settings, monkeypatch):
    monkeypatch.setenv("FORMDIGITS_DATA_DIR", str(settings.data_dir))

    lines = shell.run("forecast", "water-meter-card", "--max-error", 0.005).output
    found = json.loads(shell.run("forecast", "water-meter-card", "--max-error", 0.005, "--json").output)

    assert "meter_number" in lines
    assert found["sentence"] in lines
    assert found["max_error"] == 0.005


def test_the_shell_forecasts_with_the_model_that_ships_before_another_is_in_service(shell, settings, monkeypatch):
    monkeypatch.setenv("FORMDIGITS_DATA_DIR", str(settings.data_dir))

    assert "a field to look at" in shell.run("forecast", "single-digit").output


def test_the_shell_says_the_forecast_before_it_submits(shell, store, ledger, api, tmp_path):
    (tmp_path / "1.png").write_bytes(digit_png(1))

    said = shell.run("submit", tmp_path / "1.png", "--max-error", 0.005).stderr

    assert api.get("/api/v1/forms/single-digit/forecast?max_error=0.005").json["sentence"] in said.splitlines()
    assert len(ledger.jobs()) == 1


def test_the_page_of_a_job_has_the_forecast_beside_it(browser, store, ledger):
    job = ledger.add_job(form="single-digit@1", pages=[NewPage("/a.png", "a.png")], max_error=0.01, chunk_size=1)

    page = browser.read(f"/jobs/{job}")

    assert "Forecast: of 100 fields about" in page


def test_what_really_went_to_review_stands_beside_the_forecast(browser, store, ledger, broker):
    pages = [NewPage(f"/{number}.png", "a.png") for number in range(1, 5)]
    job = ledger.add_job(form="single-digit@1", pages=pages, max_error=0.01, chunk_size=4)
    broker.read += ledger.hand_out(window=4)
    work_off(ledger, broker, {1: digit_page(outcome=Outcome.REVIEW)})

    assert "It came to 25 of 100" in browser.read(f"/jobs/{job}")


def test_the_page_of_a_job_is_shown_without_a_model_too(browser, ledger):
    job = ledger.add_job(form="auto", pages=[NewPage("/a.png", "a.png")], max_error=0.01, chunk_size=1)

    assert "Forecast" not in browser.read(f"/jobs/{job}")
