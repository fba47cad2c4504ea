import pytest

from submit_ui.callers import sha256_of


def test_a_token_is_shown_once_and_kept_as_its_hash(api, ledger):
    answer = api.post("/api/v1/tokens", json={"name": "archive", "scope": "read", "quota": 500})

    token = answer.json["token"]
    assert answer.status_code == 201
    assert len(token) > 40
    [listed] = api.get("/api/v1/tokens").json["tokens"]
    assert (listed["name"], listed["scope"], listed["quota"]) == ("archive", "read", 500)
    assert "token" not in listed
    assert ledger.token(sha256_of(token)).name == "archive"


def test_a_token_opens_what_it_is_for_and_its_jobs_are_its_own(app, api, tmp_path):
    token = api.post("/api/v1/tokens", json={"name": "archive"}).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")]}

    job = app.test_client().post("/api/v1/jobs", json=body, headers=headers).json

    assert job["owner"] == "archive"


def test_the_same_key_of_two_owners_is_two_jobs(app, api, tmp_path):
    token = api.post("/api/v1/tokens", json={"name": "archive"}).json["token"]
    body = {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")]}

    ours = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"})
    theirs = app.test_client().post(
        "/api/v1/jobs", json=body, headers={"Idempotency-Key": "k", "Authorization": f"Bearer {token}"}
    )

    assert ours.json["id"] != theirs.json["id"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "operator"},
        {"name": ""},
        {"name": "a b"},
        {"name": "x", "scope": "everything"},
        {"name": "x", "quota": 0},
        {"scope": "read"},
    ],
)
def test_a_token_that_makes_no_sense_is_refused(api, body):
    assert api.post("/api/v1/tokens", json=body).status_code == 422
    assert api.get("/api/v1/tokens").json["tokens"] == []


def test_a_name_is_given_once_and_again_when_its_token_is_removed(api):
    first = api.post("/api/v1/tokens", json={"name": "archive"})
    second = api.post("/api/v1/tokens", json={"name": "archive"})
    removed = api.delete("/api/v1/tokens/archive")
    third = api.post("/api/v1/tokens", json={"name": "archive"})

    assert [answer.status_code for answer in (first, second, removed, third)] == [201, 422, 200, 201]
    assert api.delete("/api/v1/tokens/unknown").status_code == 404
