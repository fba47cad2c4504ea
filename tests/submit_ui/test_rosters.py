"""Who of a roster is there, who twice, and which pages are of nobody on it."""

import pytest

from formdigits.ledger import PageRow
from formdigits.readings import Outcome
from submit_ui.rosters import MOST_COPIES, Listed, report_rosters
from tests.submit_ui.fakes import VERSION, a_failure, a_field, a_page, work_off

FORM = "exam@1"
LISTED = Listed("students.txt", frozenset({"111", "222", "333"}))


def row(number, text, outcome=Outcome.ACCEPTED, form=FORM):
    field = a_field("student", text, outcome).model_copy(update={"value": text.strip("_") or ""})
    return PageRow(number, f"{number}.png", f"/{number}.png", "read", a_page(field, form=form), VERSION)


def report(*rows, expected=()):
    return report_rosters(rows, lambda ref: {"student": LISTED} if ref == FORM else {}, expected)


def test_everybody_who_is_there_once_is_counted_and_nobody_else_is_named():
    found = report(row(1, "111"), row(2, "333", Outcome.REVIEW), row(3, "222"))

    [roster] = found["rosters"]
    assert (roster["n_lines"], roster["n_there"]) == (3, 3)
    assert (roster["n_absent"], roster["n_twice"], roster["n_without"]) == (0, 0, 0)


def test_who_is_on_no_page_and_who_is_on_two_is_named():
    [roster] = report(row(1, "222"), row(2, "333"), row(3, "222"))["rosters"]

    assert roster["absent"] == ["111"]
    assert roster["twice"] == [{"line": "222", "pages": [1, 3]}]


def test_pages_of_nobody_are_named_with_what_is_written_on_them():
    [roster] = report(row(1, "999", Outcome.REVIEW), row(2, "___", Outcome.BLANK))["rosters"]

    assert roster["without"] == [
        {"page": 1, "text": "999", "blank": False},
        {"page": 2, "text": "___", "blank": True},
    ]


def test_pages_that_failed_or_wait_and_pages_of_other_forms_are_told_apart():
    failed = PageRow(1, "1.png", "/1.png", "failed", a_failure(), None)
    waiting = PageRow(2, "2.png", "/2.png", "waiting", None, None)

    found = report(failed, waiting, row(3, "111", form="card@1"), expected=[FORM])

    assert (found["n_failed"], found["n_waiting"]) == (1, 1)
    assert [(one["form"], one["n_there"], one["n_absent"]) for one in found["rosters"]] == [(FORM, 0, 3)]


def test_of_a_line_that_is_everywhere_the_first_pages_are_named():
    [roster] = report(*(row(number, "111") for number in range(1, 200)))["rosters"]

    assert roster["twice"] == [{"line": "111", "pages": list(range(1, MOST_COPIES + 1))}]


@pytest.fixture
def job_id(submit_client, ledger, broker, tmp_path):
    (tmp_path / "scans").mkdir()
    for name in "abc":
        (tmp_path / f"scans/{name}.png").write_bytes(b"x")
    job_id = submit_client.submit([tmp_path / "scans"], form="exam-cover")
    twice, nobody = (
        a_page(a_field("student_number", text).model_copy(update={"value": text}), form="exam-cover@2")
        for text in ("20260118", "99999999")
    )
    work_off(ledger, broker, {1: twice, 2: nobody, 3: twice})
    return job_id


def test_a_script_asks_for_the_roster_of_a_job(submit_client, job_id):
    [roster] = submit_client.roster(job_id)["rosters"]

    assert (roster["form"], roster["field"], roster["n_there"]) == ("exam-cover@2", "student_number", 1)
    assert roster["twice"] == [{"line": "20260118", "pages": [1, 3]}]
    assert [page["page"] for page in roster["without"]] == [2]
    assert "20260011" in roster["absent"]


def test_the_command_names_who_is_there_twice_and_who_is_not_there(shell, job_id):
    said = shell.run("roster", job_id, exit_code=3).output

    assert "pages 1, 3" in said
    assert "99999999" in said
    assert "20260011" in said


def test_the_roster_is_shown_with_links_to_its_pages(browser, job_id):
    job, page, part = (browser.read(f"/jobs/{job_id}{where}") for where in ("", "/roster", "/roster?part=1"))

    assert f'data-report="/jobs/{job_id}/roster?part=1"' in job
    assert "On several pages: 1" in page
    assert f'href="/jobs/{job_id}/pages/3"' in page
    assert "<html" not in part
    assert "On no page: 39" in part


def test_a_job_of_a_form_without_such_a_roster_shows_none(browser, submit_client, tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/a.png").write_bytes(b"x")
    job_id = submit_client.submit([tmp_path / "scans"], form="water-meter-card")

    assert submit_client.roster(job_id)["rosters"] == []
    assert "/roster" not in browser.read(f"/jobs/{job_id}")
