"""Jobs that are submitted in parts."""

import pytest

from tests.submit_ui.fakes import work_off


@pytest.fixture
def scans(tmp_path):
    """Paths of so many scans, from a number on."""
    return lambda n, first=1: [str(tmp_path / f"scans/{number}.png") for number in range(first, first + n)]


@pytest.fixture
def opened(api):
    """Address of a job that is open."""
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "open": True}).json
    assert (job["state"], job["n_pages"]) == ("open", 0)
    return f"/api/v1/jobs/{job['id']}"


def test_parts_become_one_job_that_is_read_when_it_is_started(api, opened, broker, ledger, scans):
    first = api.post(f"{opened}/pages", json={"first": 1, "paths": scans(256)})
    second = api.post(f"{opened}/pages", json={"first": 257, "paths": scans(10, first=257)})
    before = list(broker.read)
    started = api.post(f"{opened}/start")
    work_off(ledger, broker)

    assert (first.json["n_pages"], second.json["n_pages"]) == (256, 266)
    assert before == []
    assert started.json["state"] == "running"
    job = api.get(opened).json
    assert (job["state"], job["n_read"]) == ("done", 266)
    last = api.get(f"{opened}/pages?after=265").json["pages"]
    assert [page["name"] for page in last] == ["266.png"]


def test_a_part_that_is_sent_again_and_a_second_start_are_harmless(api, opened, broker, ledger, scans):
    for _ in range(2):
        assert api.post(f"{opened}/pages", json={"first": 1, "paths": scans(3)}).json["n_pages"] == 3
    for _ in range(2):
        assert api.post(f"{opened}/start").status_code == 200
    work_off(ledger, broker)

    assert api.get(opened).json["n_read"] == 3


def test_the_job_may_bring_its_first_pages(api, scans):
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "open": True, "paths": scans(2)}).json

    more = api.post(f"/api/v1/jobs/{job['id']}/pages", json={"first": 3, "paths": scans(1, first=3)})

    assert more.json["n_pages"] == 3


def test_uploads_come_in_parts_too(api, opened, ledger):
    from io import BytesIO

    from tests.submit_ui.fakes import digit_png

    scans = api.post("/api/v1/scans", data={"scan": (BytesIO(digit_png()), "one.png")}).json["scans"]

    api.post(f"{opened}/pages", json={"first": 1, "scans": scans})

    [page] = api.get(f"{opened}/pages").json["pages"]
    assert page["name"] == "one.png"
    assert ledger.unused_uploads([ledger.page(opened.rpartition("/")[2], 1).path]) == []


@pytest.mark.parametrize(
    "part",
    [
        {"first": 5, "paths": ["/x"]},
        {"first": 0, "paths": ["/x"]},
        {"paths": ["/x"]},
        {"first": 1, "paths": []},
        {"first": 1, "paths": ["/x"], "scans": ["y"]},
        {"first": 1_000_000, "paths": ["/x", "/y"]},
    ],
)
def test_a_part_that_does_not_fit_is_refused(api, opened, part):
    answer = api.post(f"{opened}/pages", json=part)

    assert answer.status_code == 422
    assert answer.json["error"]["message"]
    assert api.get(opened).json["n_pages"] == 0


def test_pages_are_added_to_an_open_job_only(api, tmp_path, scans):
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": scans(1)}).json

    answer = api.post(f"/api/v1/jobs/{job['id']}/pages", json={"first": 2, "paths": scans(1, first=2)})

    assert answer.status_code == 422
    assert "open" in answer.json["error"]["message"]


def test_an_open_job_is_cancelled_as_any_other(api, opened, scans):
    api.post(f"{opened}/pages", json={"first": 1, "paths": scans(3)})

    assert api.post(f"{opened}/cancel").json["state"] == "cancelled"
    assert api.post(f"{opened}/start").json["state"] == "cancelled"


def test_a_job_without_pages_cannot_start(api, opened):
    assert api.post(f"{opened}/start").status_code == 422
    assert api.get(opened).json["state"] == "open"


def test_the_same_key_finds_the_open_job_again(api, opened):
    headers = {"Idempotency-Key": "k"}

    first = api.post("/api/v1/jobs", json={"form": "single-digit", "open": True}, headers=headers).json
    again = api.post("/api/v1/jobs", json={"form": "single-digit", "open": True}, headers=headers).json

    assert first["id"] == again["id"]


def test_the_page_of_an_open_job_is_shown(api, opened, browser):
    assert 'class="state open"' in browser.read(opened.removeprefix("/api/v1"))
