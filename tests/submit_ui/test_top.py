"""`formdigits top`: what it shows, and how it ends."""

import io
import json
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from formdigits.errors import ServerUnreachable
from formdigits.ledger import NewPage
from submit_ui.cli import main
from submit_ui.client import SubmitClient
from submit_ui.commands import top
from submit_ui.commands.top_frame import Seen, Snapshot, duration, frame, number, spark
from tests.submit_ui.fakes import VERSION, work_off

QUIET = dict.fromkeys(
    ("pages_read", "pages_failed", "digits_read", "lease_expiries", "messages_resent", "late_commits", "chunks_split",
     "pages_lost"), 0
)  # fmt: skip


def snapshot(at_s, *, jobs=(), workers=(), n_running=0, **counters):
    overview = {
        "n_waiting_pages": 1000,
        "n_in_flight_pages": 512,
        "n_in_flight_messages": 2,
        "oldest_waiting_s": 75.0,
        "jobs": {"running": n_running},
        "counters": QUIET | counters,
        "model": VERSION,
        "workers": list(workers),
    }
    return Snapshot(at_s, overview, list(jobs))


def a_job(job_id="7c1e0a3b9d52", n_read=0, *, n_pages=1000, state="running", n_failed=0):
    return {
        "id": job_id,
        "form": "single-digit@1",
        "state": state,
        "n_pages": n_pages,
        "n_read": n_read,
        "n_failed": n_failed,
        "n_review": 3,
    }


def a_worker(name="reader-1", version=VERSION, error=None, seen_s_ago=0.4):
    return {"worker": name, "model_version": version, "model_error": error, "seen_s_ago": seen_s_ago}


def shown(*snapshots, width=120, height=40, **more):
    """What a terminal of this size would show, and every line of it."""
    seen = Seen()
    for one in snapshots:
        seen.add(one)
    console = Console(file=io.StringIO(), width=width)
    console.print(frame(seen, url="http://localhost:8765", width=width, height=height, **more))
    text = console.file.getvalue().replace("\u00a0", " ")
    assert all(len(line) <= width for line in text.splitlines())
    return text


def line_of(text, words):
    [line] = [line for line in text.splitlines() if words in line]
    return line


def test_speeds_are_what_the_counters_rose_by():
    text = shown(snapshot(0), snapshot(2, pages_read=4000, pages_failed=20, digits_read=9000))

    assert "2 010 pages/s" in text
    assert "4 500 digits/s" in text
    assert "1 000 waiting    512 in flight (2 messages)    oldest job 1 min 15 s" in text


def test_a_speed_is_that_of_the_last_seconds_and_not_of_all_time():
    text = shown(*(snapshot(second, pages_read=max(0, second - 50) * 100) for second in range(0, 80, 2)))

    assert "100 pages/s" in text


def test_a_job_has_its_own_speed_and_the_time_that_is_left():
    text = shown(snapshot(0, jobs=[a_job(n_read=100)]), snapshot(5, jobs=[a_job(n_read=600)]))

    assert line_of(text, "7c1e0a3b9d52").split()[-5:] == ["100", "4", "s", "3", "0"]


def test_a_worker_that_refuses_the_model_says_why():
    refusing = a_worker("reader-2", version="older", error=f"{VERSION} refused: its sha256 differs", seen_s_ago=12)

    text = shown(snapshot(0, workers=[a_worker(), refusing]))

    assert "seen 0 s ago" in line_of(text, "reader-1")
    assert "seen 12 s ago  " + VERSION + " refused" in line_of(text, "reader-2")


def test_no_worker_at_all_is_said_aloud():
    assert "no worker was seen" in shown(snapshot(0))


def test_troubles_that_grow_stand_out():
    text = shown(snapshot(0, lease_expiries=3), snapshot(1, lease_expiries=5, messages_resent=1))

    assert "leases expired 5 (+2)   sent again 1 (+1)   late commits 0" in text


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
@pytest.mark.parametrize("height", [24, 50])
def test_a_frame_fits_its_terminal_and_says_what_it_leaves_out(width, height):
    jobs = [a_job(f"{number:012}", n_pages=1_000_000) for number in range(60)]
    workers = [a_worker(f"reader-{number}") for number in range(12)]

    text = shown(snapshot(0, jobs=jobs, workers=workers, n_running=70), width=width, height=height)

    assert len(text.splitlines()) <= height
    assert "more that have not ended" in text
    assert "and 4 more" in text


def test_a_page_that_does_not_answer_is_named_in_the_frame():
    assert "no answer" in shown(snapshot(0), trouble="no answer, trying again")


def test_numbers_and_durations_are_written_for_people():
    assert [number(value) for value in (0, 3.25, 7, 12_345_678)] == ["0", "3.2", "7", "12\u00a0345\u00a0678"]
    assert [duration(value) for value in (0.4, 75, 3700, 200_000)] == ["0 s", "1 min 15 s", "1 h 01 min", "2 d 7 h"]
    assert spark([0, 5, 10]) == "▁▅█"
    assert spark([0, 0]) == "▁▁"


@pytest.fixture
def run(app, token, monkeypatch):
    """Runs the command against the page of the test."""

    def connect():
        return SubmitClient("http://localhost", token, transport=httpx.WSGITransport(app))

    monkeypatch.setattr("submit_ui.client.connect", connect)
    monkeypatch.setattr(top.time, "sleep", lambda _: None)
    return lambda *words: CliRunner().invoke(main, ["top", *words], catch_exceptions=False)


@pytest.fixture
def job_id(api, ledger, tmp_path):
    paths = [str(tmp_path / "scans" / name) for name in ("1.png", "2.png")]
    answer = api.post("/api/v1/jobs", json={"form": "single-digit", "paths": paths})
    ledger.beat("reader-1", model_version=VERSION, model_error=None)
    return answer.json["id"]


def test_one_snapshot_is_printed_as_json(run, job_id):
    found = json.loads(run("--json").stdout)

    assert found["url"] == "http://localhost"
    assert found["overview"]["workers"][0]["worker"] == "reader-1"
    assert [job["id"] for job in found["jobs"]] == [job_id]


def test_one_frame_is_printed_where_there_is_no_terminal(run, job_id, ledger, broker):
    work_off(ledger, broker)

    once, piped = run("--once"), run()

    assert once.exit_code == piped.exit_code == 0
    assert job_id in line_of(once.stdout, "done")
    assert "reader-1" in piped.stdout


def test_an_old_job_that_goes_on_is_shown_beside_many_new_ones(submit_client, ledger, job_id):
    for _ in range(60):
        new = ledger.add_job(
            form="single-digit@1", pages=[NewPage("/scans/3.png", "3.png")], max_error=0.01, chunk_size=1
        )
        ledger.cancel(new)

    assert top.look(submit_client).jobs[0]["id"] == job_id


class Page:
    """A page that answers once, then not, then again."""

    url = "http://localhost"

    def __init__(self):
        self.n_asked = 0

    def overview(self):
        self.n_asked += 1
        if self.n_asked == 2:
            raise ServerUnreachable("no formdigits answers")
        return snapshot(0).overview

    def jobs(self):
        return []


def test_watching_goes_on_when_the_page_does_not_answer_and_ends_with_q(monkeypatch, capsys):
    pressed = iter(["", "", "x", "q"])

    @contextmanager
    def keys():
        yield lambda _seconds: next(pressed)

    monkeypatch.setattr(top, "_keys", keys)
    page = Page()

    top.watch(page, 1.0)

    assert page.n_asked == 4
    assert list(pressed) == []


def test_the_command_imports_nothing_heavy_for_its_help():
    code = (
        "import sys, submit_ui.commands.top\n"
        "print({'numpy', 'pydantic', 'httpx', 'rich', 'flask', 'sqlalchemy', 'celery'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
