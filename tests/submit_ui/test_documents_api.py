"""Documents are submitted: every page of them becomes a page of the job, and the page's own process stays out of it."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from formdigits.errors import UnreadableFile
from formdigits.form_template import AUTO
from submit_ui import document_child
from submit_ui.client import submitting
from submit_ui.document_child import DocumentChild
from submit_ui.document_pages import Scan
from tests.documents import as_file, picture, scanned_pdf, text_pdf, tiff, zipped

PNG = as_file(picture())


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


def names(api, job_id):
    pages = api.get(f"/api/v1/jobs/{job_id}/pages").json["pages"]
    return [(page["name"], (page["error"] or {}).get("code")) for page in pages]


def test_documents_by_path_become_pages_of_the_job(api, broker, scans):
    (scans / "a.PDF").write_bytes(scanned_pdf([picture()] * 2))
    (scans / "b.tif").write_bytes(tiff([picture()] * 2))
    (scans / "locked.pdf").write_bytes(text_pdf(password="secret"))
    paths = [str(scans / name) for name in ("a.PDF", "plain.png", "b.tif", "locked.pdf", "b.tif#page=2")]

    job = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": paths}).json

    assert names(api, job["id"]) == [
        ("a.PDF p. 1", None),
        ("a.PDF p. 2", None),
        ("plain.png", None),
        ("b.tif p. 1", None),
        ("b.tif p. 2", None),
        ("locked.pdf", "unreadable_file"),
        ("b.tif p. 2", None),
    ]
    assert job["n_pages"] == 7
    assert broker.read[0].chunks[0].pages[1].path == f"{scans}/a.PDF#page=2"


def test_uploaded_documents_are_told_by_their_content(api, settings):
    files = [(io.BytesIO(scanned_pdf([picture()] * 2)), "scan"), (io.BytesIO(zipped({"x.png": PNG})), "b.dat")]
    scans = api.post("/api/v1/scans", data={"scan": files}).json["scans"]

    job = api.post("/api/v1/jobs", json={"form": "single-digit", "scans": scans}).json

    assert [scan["id"][-4:] for scan in scans] == [".pdf", ".zip"]
    assert names(api, job["id"]) == [("scan p. 1", None), ("scan p. 2", None), ("b.dat/x.png", None)]


def test_a_person_sees_the_page_of_a_document(api, scans):
    (scans / "a.pdf").write_bytes(scanned_pdf([picture(), picture(90, (80, 30))]))
    job = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": [str(scans / "a.pdf")]}).json

    answer = api.get(f"/api/v1/jobs/{job['id']}/pages/2/scan.png")

    assert answer.status_code == 200
    assert answer.data[16:24] == bytes([0, 0, 0, 80, 0, 0, 0, 30])


def test_the_same_key_is_the_same_job_with_documents_too(api, scans):
    (scans / "a.pdf").write_bytes(scanned_pdf([picture()] * 3))
    body = {"form": "single-digit", "paths": [str(scans / "a.pdf")]}

    first, again = (api.post("/api/v1/jobs", json=body, headers={"Idempotency-Key": "k"}).json for _ in range(2))

    assert first["id"] == again["id"]
    assert again["n_pages"] == 3


def test_a_job_with_more_pages_than_allowed_is_refused_however_few_files_it_has(api, scans):
    parts = api.application.extensions["formdigits"]
    parts.settings = parts.settings.model_copy(update={"max_pages_per_job": 2})
    (scans / "a.pdf").write_bytes(scanned_pdf([picture()] * 3))

    answer = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": [str(scans / "a.pdf")]})

    assert answer.status_code == 422
    assert "at most 2 pages" in answer.json["error"]["message"]


def test_the_pages_may_say_which_form_they_are(api, broker, scans):
    paths = [str(scans / f"{i}.png") for i in range(9)]

    job = api.post("/api/v1/jobs", json={"form": AUTO, "paths": paths}).json

    assert job["form"] == AUTO
    assert [len(message.chunks[0].pages) for message in broker.read] == [8, 1]
    assert api.get(f"/api/v1/jobs/{job['id']}/results.csv").status_code == 200


@pytest.mark.parametrize("by_path", [True, False])
def test_a_job_with_documents_goes_in_parts_and_may_break_off(submit_client, ledger, scans, monkeypatch, by_path):
    monkeypatch.setattr(submitting, "PART_DOCUMENTS", 1)
    for i in range(3):
        (scans / f"{i}.pdf").write_bytes(scanned_pdf([picture(i)] * (i + 1)))
    (scans / "1.png").write_bytes(PNG)
    post, n_posts = submit_client._page.post, []

    def broken_off(path, *args, **kwargs):
        n_posts.append(path)
        if path.endswith("/pages") and len([one for one in n_posts if one.endswith("/pages")]) == 3:
            raise KeyboardInterrupt
        return post(path, *args, **kwargs)

    monkeypatch.setattr(submit_client._page, "post", broken_off)
    with pytest.raises(KeyboardInterrupt):
        submit_client.submit([scans], key="k", by_path=by_path)
    job_id = submit_client.submit([scans], key="k", by_path=by_path)

    found = [page.name.removeprefix("scans/") for page in ledger.pages(job_id)]
    assert found == ["0.pdf p. 1", "1.pdf p. 1", "1.pdf p. 2", "1.png", "2.pdf p. 1", "2.pdf p. 2", "2.pdf p. 3"]
    assert ledger.progress(job_id).state == "running"


def test_uploads_that_are_documents_stay_while_a_job_has_their_pages(api, ledger, settings):
    files = [(io.BytesIO(scanned_pdf([picture()] * 2)), "a.pdf"), (io.BytesIO(scanned_pdf([picture(9)])), "b.pdf")]
    used, unused = api.post("/api/v1/scans", data={"scan": files}).json["scans"]

    api.post("/api/v1/jobs", json={"form": "single-digit", "scans": [used]})

    paths = [f"{settings.uploads}/{scan['id']}" for scan in (used, unused)]
    assert ledger.unused_uploads(paths) == [paths[1]]


# The child...
@pytest.fixture
def pdfs(scans):
    for name in ("a", "b", "c"):
        (scans / f"{name}.pdf").write_bytes(scanned_pdf([picture()]))
    return [Scan(str(scans / f"{name}.pdf"), f"{name}.pdf", is_upload=False) for name in ("a", "b", "c")]


def test_a_document_that_kills_the_child_fails_alone(settings, pdfs, monkeypatch):
    monkeypatch.setattr(document_child, "all_pages_of", dies_of_b)

    found = list(DocumentChild(settings).pages_of(pdfs))

    assert [[page.code for page in pages] for pages in found] == [[""], ["unreadable_file"], [""]]


def dies_of_b(store, scans):
    if any(scan.name == "b.pdf" for scan in scans):
        os.kill(os.getpid(), signal.SIGSEGV)
    return document_child.all_pages_of(store, scans)


def test_a_blank_form_that_kills_the_child_is_refused_and_the_next_one_is_drawn(api, monkeypatch):
    monkeypatch.setattr(document_child, "draw_page", dies_of_it)
    killing = api.post("/api/v1/form-pictures", data=b"%PDF-1.7 kills")
    monkeypatch.undo()
    good = api.post("/api/v1/form-pictures?page=2", data=text_pdf(2))

    assert (killing.status_code, killing.json["error"]["code"]) == (422, "unreadable_file")
    assert (good.json["n_pages"], good.json["height_px"]) == (2, 1250)


def dies_of_it(_store, _page):
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_document_that_takes_for_ever_fails(settings, pdfs, monkeypatch):
    monkeypatch.setattr(document_child, "all_pages_of", hangs)

    [[page]] = DocumentChild(settings, time_limit_s=0.5).pages_of(pdfs[:1])

    assert page.code == "unreadable_file"
    assert "takes too long" in page.message


def hangs(_store, _scans):
    while True:
        signal.pause()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process to its memory")
def test_a_document_that_would_fill_the_memory_fails(settings, monkeypatch):
    child = DocumentChild(settings, memory_bytes=200_000_000)

    with pytest.raises((MemoryError, UnreadableFile)):
        child._ask(takes_memory, 1_000_000_000, limit_s=20)
    assert child._ask(takes_memory, 1000, limit_s=20) == 1000


def takes_memory(_store, n_bytes):
    return len(bytes(n_bytes))


def test_a_child_that_died_while_it_waited_is_replaced(settings):
    child = DocumentChild(settings)
    pid = child._ask(own_pid, None, limit_s=20)

    os.kill(pid, signal.SIGKILL)

    assert child._ask(own_pid, None, limit_s=20) != pid


KILLED_PAGE = """
import os, signal
from formdigits.settings import Settings
from submit_ui.document_child import DocumentChild
from tests.submit_ui.test_documents_api import own_pid

if __name__ == "__main__":
    print(DocumentChild(Settings())._ask(own_pid, None, limit_s=20), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_child_ends_when_the_page_is_killed(tmp_path):
    script = tmp_path / "page.py"
    script.write_text(KILLED_PAGE)

    page = subprocess.run(  # noqa: PLW1510 it is killed
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )

    assert eventually(lambda: not psutil.pid_exists(int(page.stdout)))


def eventually(happens):
    give_up_at = time.monotonic() + 20
    while not happens() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return happens()


def own_pid(_store, _what):
    return os.getpid()
