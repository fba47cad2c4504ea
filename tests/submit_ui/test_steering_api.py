"""What a person does to a job after it was submitted."""

import pytest

from tests.submit_ui.fakes import a_failure, work_off

CORNERS = ((10.0, 10.5), (110.0, 12.0), (108.0, 150.0), (9.0, 149.0))


@pytest.fixture
def job(api, tmp_path):
    """Address of a job of four pages that nobody has read yet."""
    paths = [str(tmp_path / f"scans/{number}.png") for number in range(1, 5)]
    return f"/api/v1/jobs/{api.post('/api/v1/jobs', json={'form': 'single-digit', 'paths': paths}).json['id']}"


def test_a_paused_job_is_not_read_and_a_resumed_one_is(api, job, broker, ledger):
    paused = api.post(f"{job}/pause").json["state"]
    work_off(ledger, broker)
    read_while_paused = api.get(job).json["n_read"]
    resumed = api.post(f"{job}/resume").json["state"]
    work_off(ledger, broker)

    assert (paused, read_while_paused, resumed) == ("paused", 0, "running")
    assert api.get(job).json["state"] == "done"


def test_failed_pages_are_read_again(api, job, broker, ledger):
    work_off(ledger, broker, {2: a_failure(), 3: a_failure()})

    again = api.post(f"{job}/retry").json
    work_off(ledger, broker)

    assert (again["n_retried"], again["state"], again["n_failed"]) == (2, "running", 0)
    assert api.get(job).json["n_read"] == 4


def test_a_page_is_read_again_with_the_corners_that_a_person_placed(submit_client, job, broker, ledger):
    work_off(ledger, broker, {2: a_failure()})
    job_id = job.rpartition("/")[2]

    placed = submit_client.place_corners(job_id, 2, CORNERS)

    [page] = broker.read[0].chunks[0].pages
    assert (placed["state"], page.number, page.corners_px) == ("running", 2, CORNERS)
    assert submit_client.pages(job_id)[1]["corners_px"] == [list(corner) for corner in CORNERS]


@pytest.mark.parametrize(
    "corners",
    [
        CORNERS[::-1],
        CORNERS[:3],
        ((0, 0), (10, 10), (10, 0), (0, 10)),
        4 * ((1, 1),),
        ((0, 0), (1e999, 0), (9, 9), (0, 9)),
    ],
)
def test_corners_as_no_sheet_of_paper_has_them_are_refused(api, job, broker, ledger, corners):
    work_off(ledger, broker, {2: a_failure()})

    answer = api.post(f"{job}/pages/2/corners", json={"corners_px": corners})

    assert answer.status_code == 422
    assert api.get(job).json["n_failed"] == 1


def test_a_page_that_was_read_takes_no_corners(api, job, broker, ledger):
    work_off(ledger, broker)

    answer = api.post(f"{job}/pages/2/corners", json={"corners_px": CORNERS})

    assert answer.status_code == 422
    assert "no failed page 2" in answer.json["error"]["message"]


def test_a_priority_is_given_and_changed(api, job, tmp_path):
    body = {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")], "priority": "high"}

    given = api.post("/api/v1/jobs", json=body).json["priority"]
    changed = api.post(f"{job}/priority", json={"priority": "low"}).json["priority"]

    assert (given, changed) == ("high", "low")
    assert api.post(f"{job}/priority", json={"priority": "urgent"}).status_code == 422


def test_a_purged_job_is_gone_with_its_pages(api, job, broker, ledger):
    work_off(ledger, broker)

    gone = api.delete(job)

    assert gone.json == {"n_pages": 4}
    assert api.get(job).status_code == api.delete(job).status_code == 404
    assert api.get("/api/v1/jobs").json["jobs"] == []


def test_a_job_that_runs_is_not_purged(api, job):
    answer = api.delete(job)

    assert answer.status_code == 422
    assert "cancel it" in answer.json["error"]["message"]
    assert api.get(job).json["n_pages"] == 4


def test_jobs_that_may_go_are_named(api, job, broker, ledger):
    work_off(ledger, broker)

    assert api.get("/api/v1/jobs/purgeable?older_than_s=0").json["ids"] == [job.rpartition("/")[2]]
    assert api.get("/api/v1/jobs/purgeable?older_than_s=3600").json["ids"] == []


def test_after_a_wiped_broker_everything_that_waits_is_sent_again(api, job, broker, ledger):
    broker.read.clear()

    made = api.post("/api/v1/rebuild").json

    assert made == {"n_chunks": 1, "n_messages": 1}
    work_off(ledger, broker)
    assert api.get(job).json["state"] == "done"
    assert api.post("/api/v1/rebuild").json == {"n_chunks": 0, "n_messages": 0}


def test_many_jobs_are_asked_about_at_once(api, tmp_path):
    body = {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")]}
    ids = [api.post("/api/v1/jobs", json=body).json["id"] for _ in range(3)]

    found = api.get(f"/api/v1/jobs?ids={','.join(ids)}").json["jobs"]
    too_many = api.get(f"/api/v1/jobs?ids={','.join(['x'] * 501)}")

    assert {one["id"] for one in found} == set(ids)
    assert too_many.status_code == 422


@pytest.mark.parametrize(
    ("action", "form", "state"),
    [
        ("pause", {}, "paused"),
        ("cancel", {}, "cancelled"),
        ("priority", {"priority": "high"}, "running"),
    ],
)
def test_the_buttons_of_a_job_do_the_same(browser, api, job, action, form, state):
    address = job.removeprefix("/api/v1")

    answer = browser.client.post(f"{address}/{action}", data={"csrf_token": browser.csrf_token(), **form})

    assert answer.location == address
    assert api.get(job).json["state"] == state
    assert 'class="notice good"' in browser.read(address)


def test_a_button_that_comes_too_late_says_why(browser, job, broker, ledger):
    work_off(ledger, broker)
    address = job.removeprefix("/api/v1")

    browser.client.post(f"{address}/pause", data={"csrf_token": browser.csrf_token()})

    assert "only a running job can be paused" in browser.read(address)


def test_the_button_that_removes_a_job_leads_to_the_others(browser, api, job, broker, ledger):
    work_off(ledger, broker)
    address = job.removeprefix("/api/v1")

    answer = browser.client.post(f"{address}/purge", data={"csrf_token": browser.csrf_token()})

    assert answer.location == "/jobs"
    assert api.get(job).status_code == 404


def test_a_page_offers_the_buttons_that_fit_the_state_of_its_job(browser, job, broker, ledger):
    import re

    def offered():
        page = browser.read(job.removeprefix("/api/v1"))
        return re.findall(r"<button formaction=\"[^\"]*/(\w+)\"[^>]*?data-when[^>]*?(?<!hidden)>", page)

    running = offered()
    work_off(ledger, broker, {1: a_failure()})

    assert running == ["pause", "cancel"]
    assert offered() == ["retry"]
