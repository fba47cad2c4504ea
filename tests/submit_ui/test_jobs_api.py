import json
from collections import Counter

import pytest

from formdigits.readings import Outcome
from tests.submit_ui.fakes import VERSION, a_changed_field, a_failure, a_field, a_page, digit_page, digit_png, work_off


def submit(api, *names, folder, **more):
    paths = [str(folder / name) for name in names]
    return api.post("/api/v1/jobs", json={"form": "single-digit", "paths": paths, **more})


def test_scans_by_path_become_a_job_whose_first_chunks_are_sent(api, broker, tmp_path):
    answer = submit(api, "a.png", "sub/b.png", folder=tmp_path / "scans", max_error=0.01)

    assert answer.status_code == 202
    assert answer.location == f"/api/v1/jobs/{answer.json['id']}"
    assert answer.json["n_pages"] == 2
    assert answer.json["form"] == "single-digit@1"
    [chunk] = broker.read[0].chunks
    assert chunk.max_error == 0.01
    assert [page.path for page in chunk.pages] == [str(tmp_path / "scans/a.png"), str(tmp_path / "scans/sub/b.png")]


def test_uploads_are_kept_by_content_and_submitted_by_id(api, broker, settings):
    files = [(digit_png_file(0), "one.png"), (digit_png_file(40), "two.png"), (digit_png_file(0), "copy.png")]
    scans = api.post("/api/v1/scans", data={"scan": files}).json["scans"]

    answer = api.post("/api/v1/jobs", json={"form": "single-digit", "scans": scans})

    assert [scan["name"] for scan in scans] == ["one.png", "two.png", "copy.png"]
    assert scans[0]["id"] == scans[2]["id"] != scans[1]["id"]
    pages = api.get(f"/api/v1/jobs/{answer.json['id']}/pages").json["pages"]
    assert [page["name"] for page in pages] == ["one.png", "two.png", "copy.png"]
    assert (settings.uploads / scans[0]["id"]).read_bytes() == digit_png(0)
    assert broker.read[0].chunks[0].pages[0].path == str(settings.uploads / scans[0]["id"])


def digit_png_file(darkness):
    from io import BytesIO

    return BytesIO(digit_png(darkness))


def test_the_same_key_is_the_same_job(api, broker, tmp_path):
    body = {"form": "single-digit", "paths": [str(tmp_path / "scans/a.png")]}

    first = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"})
    again = api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"})

    assert first.json["id"] == again.json["id"]
    assert len(api.get("/api/v1/jobs").json["jobs"]) == 1
    assert len(broker.read) == 1


def test_a_path_that_may_not_be_read_fails_alone(api, broker, tmp_path):
    body = {
        "form": "single-digit",
        "paths": ["/etc/passwd", str(tmp_path / "scans/../x"), str(tmp_path / "scans/ok.png")],
    }

    job = api.post("/api/v1/jobs", json=body).json
    work_off(api.application.extensions["formdigits"].ledger, broker)

    pages = api.get(f"/api/v1/jobs/{job['id']}/pages").json["pages"]
    assert [page["error"] and page["error"]["code"] for page in pages] == ["path_not_allowed", "path_not_allowed", None]
    assert job["n_failed"] == 2
    assert "/etc" not in json.dumps(pages)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"form": "no-such-form", "paths": ["/x"]}, "unknown_form"),
        ({"form": "single-digit", "paths": []}, "bad_request"),
        ({"form": "single-digit", "paths": ["/x"], "scans": ["y"]}, "bad_request"),
        ({"form": "single-digit", "paths": ["/x"], "max_error": 2}, "bad_request"),
        ({"form": "single-digit", "paths": ["/x"], "extra": 1}, "bad_request"),
        ({"form": "single-digit", "scans": ["/etc/passwd"]}, "bad_request"),
        ({"form": "single-digit", "scans": [{"id": "", "name": "x"}]}, "bad_request"),
        ([], "bad_request"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_with_its_reason(api, broker, body, code):
    answer = api.post("/api/v1/jobs", json=body)

    assert answer.status_code == 422
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]
    assert not broker.read


def test_an_upload_named_upwards_reads_nothing_above_the_uploads(api, broker):
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "scans": ["ab/../../secret_key"]}).json

    [page] = api.get(f"/api/v1/jobs/{job['id']}/pages").json["pages"]

    assert page["error"]["code"] == "path_not_allowed"
    assert not broker.read


def test_what_a_constraint_changed_comes_with_what_was_read(api, broker, ledger, tmp_path):
    job = submit(api, "a.png", folder=tmp_path / "scans").json
    work_off(ledger, broker, {1: a_page(a_changed_field("digit"))})

    [page] = api.get(f"/api/v1/jobs/{job['id']}/pages").json["pages"]

    [field] = page["fields"]
    assert (field["text"], field["raw"]) == ("18", "13")
    assert field["changes"] == [{"box": 2, "read": "3", "taken": "8", "constraint": "check_digit"}]


def test_pages_come_with_their_fields_or_their_error(api, broker, ledger, tmp_path):
    job = submit(api, "a.png", "b.png", "c.png", folder=tmp_path / "scans").json
    work_off(ledger, broker, {1: a_page(a_field("digit", "4")), 2: a_failure("unreadable_file", "it is empty")})

    read, failed, _ = api.get(f"/api/v1/jobs/{job['id']}/pages").json["pages"]

    assert read["state"] == "read"
    assert read["model_version"] == VERSION
    assert read["fields"][0] == {
        "name": "digit",
        "kind": "digits",
        "text": "4",
        "value": None,
        "raw": None,
        "changes": [],
        "doubts": [],
        "outcome": "accepted",
        "confidence": 0.9876,
        "cells": [{"digit": 4, "confidence": 0.999}],
        "polygon_px": [[0, 0], [28, 0], [28, 28], [0, 28]],
    }
    assert failed["error"] == {"code": "unreadable_file", "message": "it is empty"}
    assert str(tmp_path) not in json.dumps([read, failed])


def test_pages_are_found_by_slice_and_filter(api, broker, ledger, tmp_path):
    job = submit(api, *(f"{n}.png" for n in range(10)), folder=tmp_path / "scans").json
    work_off(ledger, broker, {3: digit_page("1", Outcome.REVIEW), 5: a_failure()})
    address = f"/api/v1/jobs/{job['id']}/pages"

    first = api.get(f"{address}?limit=4").json
    rest = api.get(f"{address}?limit=100&after={first['next_after']}").json
    review = api.get(f"{address}?only=review").json
    failed = api.get(f"{address}?only=failed").json

    assert [page["page"] for page in first["pages"] + rest["pages"]] == list(range(1, 11))
    assert rest["next_after"] is None
    assert [page["page"] for page in review["pages"]] == [3]
    assert [page["page"] for page in failed["pages"]] == [5]


@pytest.mark.parametrize("query", ["limit=0x10", "limit=5000", "after=-1", "only=nothing"])
def test_a_slice_that_makes_no_sense_is_refused(api, tmp_path, query):
    job = submit(api, "a.png", folder=tmp_path / "scans").json

    assert api.get(f"/api/v1/jobs/{job['id']}/pages?{query}").status_code == 422


@pytest.mark.parametrize("rest", ["", "/pages", "/results.csv", "/results.ndjson", "/pages/1/fields/digit.png"])
def test_an_unknown_job_is_not_found(api, rest):
    answer = api.get(f"/api/v1/jobs/nothing{rest}")

    assert answer.status_code == 404
    assert answer.json["error"]["code"] == "not_found"


def test_a_cancelled_job_stops_and_keeps_what_was_read(api, tmp_path):
    job = submit(api, "a.png", folder=tmp_path / "scans").json

    answer = api.post(f"/api/v1/jobs/{job['id']}/cancel")

    assert answer.json["state"] == "cancelled"
    assert answer.json["ended_at"]


def test_results_stream_every_page_of_a_large_job_in_order(api, broker, ledger, tmp_path):
    job = submit(api, *(f"{n}.png" for n in range(2500)), folder=tmp_path / "scans").json
    work_off(ledger, broker, {2500: a_failure()})

    lines = api.get(f"/api/v1/jobs/{job['id']}/results.ndjson").text.splitlines()
    table = api.get(f"/api/v1/jobs/{job['id']}/results.csv")

    pages = [json.loads(line) for line in lines]
    assert [page["page"] for page in pages] == list(range(1, 2501))
    assert Counter(page["state"] for page in pages) == {"read": 2499, "failed": 1}
    assert table.text.startswith("page,name,state,error,error_message,model_version,form,form_page,serial,digit,")
    assert table.text.count("\n") == 2501
    assert table.headers["Content-Disposition"] == f'attachment; filename="formdigits-{job["id"]}.csv"'


def test_a_field_is_shown_as_a_picture_cut_from_its_scan(api, broker, ledger):
    scans = api.post("/api/v1/scans", data={"scan": (digit_png_file(0), "one.png")}).json["scans"]
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "scans": scans}).json
    work_off(ledger, broker)

    crop = api.get(f"/api/v1/jobs/{job['id']}/pages/1/fields/digit.png")
    scan = api.get(f"/api/v1/jobs/{job['id']}/pages/1/scan.png")
    other = api.get(f"/api/v1/jobs/{job['id']}/pages/1/fields/other.png")

    assert crop.data.startswith(b"\x89PNG")
    assert scan.data.startswith(b"\x89PNG")
    assert crop.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert other.status_code == 404


def test_a_scan_that_is_gone_is_not_found_and_names_no_folder(api, broker, ledger, tmp_path):
    job = submit(api, "gone.png", folder=tmp_path / "scans").json
    work_off(ledger, broker)

    answer = api.get(f"/api/v1/jobs/{job['id']}/pages/1/fields/digit.png")

    assert answer.status_code == 404
    assert "gone.png" in answer.json["error"]["message"]
    assert str(tmp_path) not in answer.text


def test_forms_are_listed_with_their_fields(api):
    forms = api.get("/api/v1/forms").json["forms"]

    assert {"form": "single-digit@1", "title": "One digit an image", "fields": ["digit"]} in forms


def test_more_pages_than_a_job_may_have_are_refused(settings, broker, token):
    from submit_ui.app import create_app

    app = create_app(settings.model_copy(update={"max_pages_per_job": 2}), broker=broker)
    answer = app.test_client().post(
        "/api/v1/jobs",
        json={"form": "single-digit", "paths": ["/a", "/b", "/c"]},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 422
    assert "at most 2 pages" in answer.json["error"]["message"]
