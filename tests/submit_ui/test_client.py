import httpx
import pytest

from formdigits.errors import BadRequest, NotAuthorised, NotFound, ServerUnreachable, UnknownForm
from formdigits.settings import Settings
from submit_ui.client import SubmitClient, connect
from submit_ui.client.jobs import AT_ONCE
from submit_ui.server_file import ServerFile
from tests.submit_ui.fakes import digit_png, work_off


def scans_in(folder, *names):
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(digit_png(number))
    return folder


def names_of(client, job_id):
    return [page["name"] for page in client.pages(job_id)]


def test_scans_under_a_root_go_by_path(submit_client, broker, tmp_path):
    folder = scans_in(tmp_path / "scans", "page-10.png", "page-2.png", "sub/page-1.jpg", "notes.txt", ".hidden.png")

    job_id = submit_client.submit([folder])

    assert names_of(submit_client, job_id) == ["page-2.png", "page-10.png", "sub/page-1.jpg"]
    assert broker.read[0].chunks[0].pages[0].path == str(folder / "page-2.png")


def test_scans_elsewhere_are_uploaded_under_their_own_names(submit_client, settings, broker, tmp_path):
    folder = scans_in(tmp_path / "desk", "b.png", "sub/a.png")
    sent = []

    job_id = submit_client.submit([folder], on_progress=lambda n_sent, n_all: sent.append((n_sent, n_all)))

    assert names_of(submit_client, job_id) == ["b.png", "sub/a.png"]
    assert sent == [(2, 2)]
    assert broker.read[0].chunks[0].pages[0].path.startswith(str(settings.uploads))


def test_many_scans_are_uploaded_in_parts(submit_client, tmp_path, monkeypatch):
    monkeypatch.setattr("submit_ui.scan_files.BATCH_FILES", 3)
    folder = scans_in(tmp_path / "desk", *(f"{n}.png" for n in range(10)))
    sent = []

    job_id = submit_client.submit([folder], on_progress=lambda n_sent, _: sent.append(n_sent))

    assert sent == [3, 6, 9, 10]
    assert names_of(submit_client, job_id) == [f"{n}.png" for n in range(10)]


def test_a_job_is_waited_for_and_its_results_come_page_by_page(submit_client, ledger, broker, tmp_path):
    job_id = submit_client.submit([scans_in(tmp_path / "scans", "a.png", "b.png")])
    seen = []

    def on_progress(job):
        seen.append(job["state"])
        work_off(ledger, broker)

    job = submit_client.wait(job_id, timeout_s=5, on_progress=on_progress)

    assert (seen[0], seen[-1]) == ("running", "done")
    assert job["n_read"] == 2
    assert [page["fields"][0]["text"] for page in submit_client.results(job_id)] == ["7", "7"]
    assert b"".join(submit_client.results_csv(job_id)).startswith(b"page,name")


def test_waiting_has_an_end(submit_client, tmp_path):
    job_id = submit_client.submit([scans_in(tmp_path / "scans", "a.png")])

    with pytest.raises(TimeoutError, match=job_id):
        submit_client.wait(job_id, timeout_s=0.05)


def test_a_job_is_cancelled(submit_client, tmp_path):
    job_id = submit_client.submit([scans_in(tmp_path / "scans", "a.png")])

    submit_client.cancel(job_id)

    assert submit_client.status(job_id)["state"] == "cancelled"
    assert [job["id"] for job in submit_client.jobs()] == [job_id]


def test_errors_of_the_server_arrive_as_what_they_are(submit_client, tmp_path):
    folder = scans_in(tmp_path / "scans", "a.png")

    with pytest.raises(UnknownForm, match="no-such-form"):
        submit_client.submit([folder], form="no-such-form")
    with pytest.raises(NotFound):
        submit_client.status("nothing")
    with pytest.raises(NotFound):
        next(submit_client.results("nothing"))


def test_paths_that_hold_no_scan_are_refused_before_anything_is_sent(submit_client, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(BadRequest, match="holds no scan"):
        submit_client.submit([tmp_path / "empty"])
    with pytest.raises(BadRequest, match="no file and no folder"):
        submit_client.submit([tmp_path / "nowhere"])


def test_the_server_s_request_line_has_room_for_the_jobs_that_are_asked_about_at_once(monkeypatch):
    monkeypatch.setattr("sys.setswitchinterval", lambda _: None)
    from submit_ui.gunicorn_conf import limit_request_line

    asked = "GET /api/v1/jobs?ids=" + ",".join(["0123456789ab"] * AT_ONCE) + " HTTP/1.1"

    assert len(asked) < limit_request_line


def test_a_wrong_token_is_said_to_be_one(app):
    with (
        SubmitClient("http://localhost", "wrong", transport=httpx.WSGITransport(app)) as client,
        pytest.raises(NotAuthorised),
    ):
        client.jobs()


def test_a_lost_answer_does_not_make_a_second_job(app, token, ledger, tmp_path):
    class LosesTheFirstAnswer(httpx.WSGITransport):
        lost = False

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if request.url.path.endswith("/jobs") and not self.lost:
                self.lost = True
                raise httpx.ReadError("connection reset")
            return response

    with SubmitClient("http://localhost", token, transport=LosesTheFirstAnswer(app)) as client:
        job_id = client.submit([scans_in(tmp_path / "desk", "a.png")])

    assert [job.id for job in ledger.jobs()] == [job_id]


def test_what_must_not_happen_twice_is_not_tried_twice(token):
    asked = []

    def lose(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ReadError("connection reset")

    client = SubmitClient("http://localhost", token, transport=httpx.MockTransport(lose))
    with pytest.raises(ServerUnreachable):
        client.roll_back()

    assert asked == ["/api/v1/models/roll-back"]


def test_a_server_that_is_briefly_unavailable_is_asked_again(token):
    answers = iter([httpx.Response(503), httpx.Response(200, json={"jobs": []})])

    with SubmitClient("http://localhost", token, transport=httpx.MockTransport(lambda _: next(answers))) as client:
        assert client.jobs() == []


def test_connect_finds_the_server_that_runs_with_the_same_data_folder(tmp_path):
    settings = Settings(data_dir=tmp_path)
    ServerFile(url="http://127.0.0.1:1", token="t", scan_roots=[tmp_path]).write(settings)

    client = connect(settings)

    assert client.url == "http://127.0.0.1:1"
    assert (tmp_path / "server.json").stat().st_mode & 0o777 == 0o600


def test_connect_says_what_is_missing(tmp_path):
    with pytest.raises(ServerUnreachable, match="formdigits up"):
        connect(Settings(data_dir=tmp_path))
    with pytest.raises(NotAuthorised, match="FORMDIGITS_TOKEN"):
        connect(Settings(data_dir=tmp_path, url="http://127.0.0.1:1"))


def test_nobody_at_the_address_is_said_with_the_address():
    with SubmitClient("http://127.0.0.1:9", "t") as client, pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:9"):
        client.jobs()
