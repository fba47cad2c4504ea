"""Missing, duplicate and blank pages of the sheets of a job."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.ledger import PageRow
from formdigits.readings import Outcome
from submit_ui.sheets import report_sheets
from tests.submit_ui.fakes import VERSION, a_failure, a_field, a_page, work_off

FORM = "exam@1"


def pages_of(*sheets: tuple[str | None, int], outcome: Outcome = Outcome.ACCEPTED) -> list[PageRow]:
    """Rows of pages with these serial numbers and numbers within the form."""
    readings = [
        a_page(a_field("points", "12", outcome), form=FORM).model_copy(update={"serial": serial, "page": form_page})
        for serial, form_page in sheets
    ]
    return [
        PageRow(number, f"{number}.png", f"/{number}.png", "read", reading, VERSION)
        for number, reading in enumerate(readings, 1)
    ]


def report(rows, n_form_pages=2):
    return report_sheets(rows, lambda _: n_form_pages)


def test_whole_sheets_give_no_complaint():
    found = report(pages_of(("001", 1), ("001", 2), ("002", 1), ("002", 2)))

    [form] = found["forms"]
    assert (form["n_sheets"], form["n_of_each"], form["first_serial"], form["last_serial"]) == (2, [2, 2], "001", "002")
    assert found["n_missing_sheets"] == found["n_missing_pages"] == found["n_duplicates"] == found["n_blank"] == 0


def test_a_page_of_a_sheet_that_is_not_there_is_named():
    found = report(pages_of(("001", 1), ("001", 2), ("002", 2)))

    assert found["missing_pages"] == [{"form": FORM, "serial": "002", "form_pages": [1], "n": 1}]


def test_serial_numbers_that_are_left_out_are_named_as_a_range():
    found = report(pages_of(("008", 1), ("012", 1)), n_form_pages=1)

    assert found["missing_sheets"] == [{"form": FORM, "first": "009", "last": "011", "n": 3}]
    assert found["n_missing_sheets"] == 3


def test_a_page_that_is_there_twice_is_named_with_its_copies():
    found = report(pages_of(("001", 1), ("001", 2), ("001", 1)))

    assert found["duplicates"] == [{"form": FORM, "serial": "001", "form_page": 1, "pages": [1, 3]}]


def test_pages_without_serial_numbers_are_counted_and_never_duplicates():
    found = report(pages_of((None, 1), (None, 1), (None, 2)))

    assert found["forms"][0]["n_of_each"] == [2, 1]
    assert found["n_duplicates"] == found["n_missing_pages"] == 0


def test_pages_without_ink_are_blank_whether_or_not_they_show_a_form():
    empty = pages_of(("001", 1), outcome=Outcome.BLANK)
    white = PageRow(2, "2.png", "/2.png", "failed", a_failure("blank_page"), None)

    found = report([*empty, white])

    assert found["blank"] == [
        {"form": FORM, "serial": "001", "form_page": 1, "page": 1},
        {"form": None, "serial": None, "form_page": None, "page": 2},
    ]


def test_pages_that_failed_or_wait_are_counted_for_they_may_be_what_is_missing():
    rows = [
        PageRow(1, "1.png", "/1.png", "failed", a_failure(), None),
        PageRow(2, "2.png", "/2.png", "waiting", None, None),
    ]

    found = report(rows)

    assert (found["n_failed"], found["n_waiting"], found["forms"]) == (1, 1, [])


@given(st.sets(st.integers(1, 400), min_size=1, max_size=40))
def test_every_serial_number_from_the_first_to_the_last_is_there_or_missing(serials):
    found = report(pages_of(*((f"{serial:06d}", 1) for serial in serials)), n_form_pages=1)

    missing = {it for gap in found["missing_sheets"] for it in range(int(gap["first"]), int(gap["last"]) + 1)}
    assert missing == set(range(min(serials), max(serials) + 1)) - serials
    assert found["n_missing_sheets"] == len(missing)


@pytest.fixture
def job_id(submit_client, ledger, broker, tmp_path):
    (tmp_path / "scans").mkdir()
    for name in "ab":
        (tmp_path / f"scans/{name}.png").write_bytes(b"x")
    job_id = submit_client.submit([tmp_path / "scans"], form="water-meter-card")
    page = a_page(a_field("reading", "000142"), form="water-meter-card@1").model_copy(update={"serial": "000007"})
    work_off(ledger, broker, {1: page, 2: page})
    return job_id


def test_a_script_asks_for_the_sheets_of_a_job(submit_client, job_id):
    found = submit_client.sheets(job_id)

    assert found["duplicates"] == [{"form": "water-meter-card@1", "serial": "000007", "form_page": 1, "pages": [1, 2]}]


def test_the_command_names_what_is_wrong_with_the_sheets(shell, job_id):
    said = shell.run("sheets", job_id, exit_code=3).output

    assert "water-meter-card@1" in said
    assert "000007" in said
    assert "pages 1, 2" in said
