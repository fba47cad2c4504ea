"""A hot folder: every file in it is submitted once and put aside, whatever happens in between."""

import json
import os

import pytest

from formdigits.errors import BadRequest, NotAuthorised, Overloaded
from submit_ui.hot_folder import HotFolder, Submitted
from tests.documents import as_file, picture, scanned_pdf, text_pdf

PNG = as_file(picture())


class Server:
    """Keeps what was submitted; `answer` may be an error to raise."""

    def __init__(self) -> None:
        self.jobs = {}
        self.n_calls = 0
        self.answer = None

    def submit(self, path, key):
        self.n_calls += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        self.jobs.setdefault(key, path.read_bytes())
        return Submitted(f"j{list(self.jobs).index(key)}", self.answer or "")


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def watched(folder, server):
    return lambda: HotFolder(folder, "card", server.submit)


def looked_twice(hot):
    return [*hot.look(), *hot.look()]


def lies_in(folder):
    """What lies where, without the day."""
    files = (path.relative_to(folder).parts for path in folder.rglob("*") if path.is_file())
    return sorted("/".join((parts[0], *parts[2:])) for parts in files if not parts[0].startswith("."))


def test_files_are_submitted_in_order_and_put_aside(folder, server, watched):
    for name in ("p10.png", "p9.PDF", "sub/p1.tif"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())

    events = looked_twice(watched())

    assert [(event.event, event.file, event.job) for event in events] == [
        ("submitted", "p9.PDF", "j0"),
        ("submitted", "p10.png", "j1"),
        ("submitted", "sub/p1.tif", "j2"),
    ]
    assert lies_in(folder) == ["submitted/p10.png", "submitted/p9.PDF", "submitted/sub/p1.tif"]
    assert list(server.jobs.values()) == [b"p9.PDF", b"p10.png", b"sub/p1.tif"]


def test_a_file_that_grows_is_left_until_it_stops(folder, server, watched):
    hot, file = watched(), folder / "a.png"
    file.write_bytes(b"half")
    assert list(hot.look()) == []
    file.write_bytes(b"half and half")

    grown, still = list(hot.look()), list(hot.look())

    assert grown == []
    assert [event.event for event in still] == ["submitted"]
    assert list(server.jobs.values()) == [b"half and half"]


def test_what_is_no_scan_stays_where_it_is(folder, watched):
    for name in ("notes.txt", "a.png.part", ".hidden.png"):
        (folder / name).write_bytes(b"x")

    assert looked_twice(watched()) == []
    assert sorted(path.name for path in folder.iterdir()) == [".hidden.png", "a.png.part", "notes.txt"]


def test_the_same_content_again_is_a_duplicate_also_after_a_restart(folder, server, watched):
    (folder / "a.png").write_bytes(PNG)
    looked_twice(watched())
    (folder / "a.png").write_bytes(PNG)
    (folder / "b.png").write_bytes(PNG)

    events = looked_twice(watched())

    assert [(event.event, event.job) for event in events] == [("duplicate", "j0")] * 2
    assert lies_in(folder) == ["duplicate/a.png", "duplicate/b.png", "submitted/a.png"]
    assert server.n_calls == 1


def test_two_files_of_a_name_keep_both_their_contents(folder, watched):
    for content in (b"one", b"two"):
        (folder / "a.png").write_bytes(content)
        looked_twice(watched())

    assert lies_in(folder) == ["submitted/a (2).png", "submitted/a.png"]


@pytest.mark.parametrize("killed_at", ["_remember", "_move"])
def test_a_kill_at_any_step_makes_no_second_job_and_loses_no_file(folder, server, watched, monkeypatch, killed_at):
    (folder / "a.png").write_bytes(PNG)
    with monkeypatch.context() as patch:
        patch.setattr(HotFolder, killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            looked_twice(watched())

    events = looked_twice(watched())

    assert [event.event for event in events] == ["submitted"]
    assert lies_in(folder) == ["submitted/a.png"]
    assert len(server.jobs) == 1


def killed(*_):
    raise KeyboardInterrupt


def test_a_journal_that_was_cut_short_is_read_as_far_as_it_goes(folder, server, watched):
    (folder / "a.png").write_bytes(PNG)
    looked_twice(watched())
    journal = folder / ".formdigits-watch.jsonl"
    with journal.open("a") as lines:
        lines.write('\n{"key": "wat')

    (folder / "b.png").write_bytes(b"other")
    looked_twice(watched())
    (folder / "c.png").write_bytes(b"other")

    assert [event.event for event in looked_twice(watched())] == ["duplicate"]
    assert len([line for line in journal.read_text().splitlines() if line.endswith("}")]) == 2


def test_a_refused_file_lies_beside_the_reason(folder, server, watched):
    (folder / "a.png").write_bytes(PNG)
    server.answer = BadRequest("it is too odd")

    [event] = looked_twice(watched())

    assert event.event == "failed"
    assert lies_in(folder) == ["failed/a.png", "failed/a.png.txt"]
    assert (folder / event.moved_to).with_name("a.png.txt").read_text() == "it is too odd\n"


def test_a_file_of_which_no_page_can_be_read_has_failed(folder, server, watched):
    (folder / "a.pdf").write_bytes(PNG)
    server.answer = "locked by a password"

    [event] = looked_twice(watched())

    assert (event.event, event.job, event.message) == ("failed", "j0", "locked by a password")


def test_an_empty_file_fails_only_when_it_stays_empty(folder, watched):
    (folder / "a.png").touch()
    assert looked_twice(watched()) == []

    os.utime(folder / "a.png", (1, 1))

    assert [event.message for event in looked_twice(watched())] == ["the file is empty"]


def test_a_server_that_takes_nothing_for_now_leaves_everything_where_it_is(folder, server, watched):
    hot = watched()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(name.encode())
    server.answer = Overloaded("later")

    waiting = looked_twice(hot)
    server.answer = None
    later = list(hot.look())

    assert [event.event for event in waiting] == ["waiting"]
    assert [event.event for event in later] == ["submitted", "submitted"]


def test_an_error_that_every_file_would_meet_ends_the_watching(folder, server, watched):
    (folder / "a.png").write_bytes(PNG)
    server.answer = NotAuthorised("who are you")

    with pytest.raises(NotAuthorised):
        looked_twice(watched())

    assert (folder / "a.png").exists()


def test_the_command_submits_what_is_there_and_says_so(shell, ledger, folder):
    (folder / "a.pdf").write_bytes(scanned_pdf([picture()] * 2))
    (folder / "locked.pdf").write_bytes(text_pdf(password="secret"))

    result = shell.run("watch", folder, "--form", "single-digit", "--once", "--every", "0.05", "--json")

    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(event["event"], event["file"]) for event in events] == [("submitted", "a.pdf"), ("failed", "locked.pdf")]
    assert "password" in events[1]["message"]
    assert lies_in(folder) == ["failed/locked.pdf", "failed/locked.pdf.txt", "submitted/a.pdf"]
    assert [job.n_pages for job in ledger.jobs()] == [1, 2]


def test_the_command_without_a_known_form_moves_nothing(shell, folder):
    (folder / "a.png").write_bytes(PNG)

    result = shell.run("watch", folder, "--form", "no-such", "--once", "--every", "0.05", exit_code=2)

    assert "there is no form template" in result.stderr
    assert (folder / "a.png").exists()


def test_an_unknown_form_is_told_before_the_first_scan_comes(shell, folder):
    result = shell.run("watch", folder, "--form", "no-such", exit_code=2)

    assert "there is no form template" in result.stderr
