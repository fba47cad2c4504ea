"""The page with scans, uploads and models on S3: all works as in a data folder, and S3 may be away for a while."""

import io

import pytest

from formdigits import s3
from formdigits.retention import purge_job
from formdigits.s3 import S3
from formdigits.settings import Settings
from submit_ui.api.crops import decode_path
from tests.s3 import running_s3
from tests.submit_ui.fakes import digit_png, work_off


@pytest.fixture(scope="module")
def server():
    """A server of these tests alone: one of them ends it."""
    with running_s3() as server, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setitem(s3.OPTIONS, "retries", {"total_max_attempts": 1})
        yield server


@pytest.fixture
def bucket(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.new_bucket()


@pytest.fixture
def settings(tmp_path, bucket):
    return Settings(
        data_dir=tmp_path / "data",
        uploads_url=f"{bucket}/uploads",
        models_url=f"{bucket}/models",
        scan_roots=f"{bucket}/scans",
    )


@pytest.fixture
def read_job(api, broker, ledger):
    """A job of one uploaded scan that was read."""
    scans = api.post("/api/v1/scans", data={"scan": (io.BytesIO(digit_png(7)), "one.png")}).json["scans"]
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "scans": scans}).json
    work_off(ledger, broker)
    return job["id"]


def test_uploads_are_kept_on_s3_and_shown_from_there(api, browser, bucket, read_job, tmp_path):
    crop = api.get(f"/api/v1/jobs/{read_job}/pages/1/fields/digit.png")
    page = browser.read(f"/jobs/{read_job}")

    assert crop.data.startswith(b"\x89PNG")
    assert page.count('src="data:image/png;base64,') == 1
    assert len(list(S3().under(f"{bucket}/uploads"))) == 1
    assert not (tmp_path / "data" / "uploads").exists()


def test_scans_on_s3_are_named_by_address_and_only_under_a_root(api, broker, ledger, bucket):
    S3().put(f"{bucket}/scans/day/1.png", digit_png(1))
    paths = [f"{bucket}/scans/day/1.png", f"{bucket}/models/current.json", "http://evil.test/1.png"]

    job = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": paths}).json
    work_off(ledger, broker)

    pages = api.get(f"/api/v1/jobs/{job['id']}/pages").json["pages"]
    assert [page["name"] for page in pages] == ["day/1.png", "current.json", "1.png"]
    assert [page["error"] and page["error"]["code"] for page in pages] == [None, "path_not_allowed", "path_not_allowed"]


def test_an_address_means_the_images_under_it_in_the_order_that_people_count_in(submit_client, ledger, bucket):
    for name in ("page-10.png", "page-2.PNG", "deep/er/page-1.jpg", "notes.txt", ".hidden/page-3.png"):
        S3().put(f"{bucket}/scans/day/{name}", b"scan")

    job_id = submit_client.submit([f"{bucket}/scans/day/", f"{bucket}/scans/day/page-2.PNG"])

    names = [page.name for page in ledger.pages(job_id, after=0, limit=10)]
    assert names == ["day/deep/er/page-1.jpg", "day/page-2.PNG", "day/page-10.png", "day/page-2.PNG"]


def test_the_command_takes_addresses_and_files_but_not_both_at_once(shell, ledger, bucket, tmp_path):
    S3().put(f"{bucket}/scans/1.png", digit_png(1))
    (tmp_path / "1.png").write_bytes(digit_png(1))

    shell.run("submit", f"{bucket}/scans")
    mixed = shell.run("submit", f"{bucket}/scans", tmp_path / "1.png", exit_code=2)
    empty = shell.run("submit", f"{bucket}/scans/gone", exit_code=2)

    assert len(ledger.jobs()) == 1
    assert "jobs of their own" in mixed.stderr
    assert "holds no scan" in empty.stderr


def test_a_purged_job_leaves_no_upload_on_s3(app, ledger, bucket, read_job, monkeypatch):
    monkeypatch.setattr("formdigits.retention.JUST_SENT_S", -60)  # a minute later

    purge_job(ledger, app.extensions["formdigits"].scans, read_job)

    assert list(S3().under(f"{bucket}/uploads")) == []


def test_models_on_s3_are_listed_with_their_reports(api, app):
    store = app.extensions["formdigits"].models
    store.seed()

    listed = api.get("/api/v1/models").json["models"]
    report = listed[0]["report"]
    picture = api.get(f"/api/v1/models/{listed[0]['version']}/report/{report[0]}")

    assert (listed[0]["version"], listed[0]["current"]) == (store.current(), True)
    assert picture.status_code == 200
    assert picture.content_type in ("image/png", "application/json")


def test_while_s3_is_down_requests_are_put_off_and_the_page_still_shows_what_was_read(api, browser, server, read_job):
    decode_path.cache_clear()
    server.end()
    try:
        crop = api.get(f"/api/v1/jobs/{read_job}/pages/1/fields/digit.png")
        upload = api.post("/api/v1/scans", data={"scan": (io.BytesIO(digit_png(8)), "two.png")})
        page = browser.read(f"/jobs/{read_job}")
    finally:
        server.start()

    assert [(answer.status_code, answer.json["error"]["code"]) for answer in (crop, upload)] == [
        (503, "store_unreachable")
    ] * 2
    assert crop.headers["Retry-After"]
    assert "98.76" in page
