import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from formdigits.ledger import PageRow
from formdigits.readings import Doubt, Outcome
from submit_ui.csv_export import csv_lines
from tests.submit_ui.fakes import VERSION, a_changed_field, a_failure, a_field, a_page


def row(number: int, name: str = "page.png", *, state: str = "read", result: object = None) -> PageRow:
    return PageRow(number, name, f"/scans/{name}", state, result, VERSION if state == "read" else None)


def table(rows: list[PageRow], fields: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_lines(rows, fields)))))


def test_a_page_is_a_line_with_text_outcome_and_confidence_of_each_field():
    reading = a_page(a_field("meter", "00142"), a_field("day", "1?", Outcome.REVIEW, 0.51239))

    [line] = table([row(3, "a/b.png", result=reading)], ["meter", "day"])

    assert line["page"] == "3"
    assert line["name"] == "a/b.png"
    assert line["model_version"] == VERSION
    assert (line["meter"], line["meter_outcome"], line["meter_confidence"]) == ("00142", "accepted", "0.9876")
    assert (line["day"], line["day_outcome"], line["day_confidence"]) == ("1?", "review", "0.5124")


def test_a_value_and_what_is_doubtful_of_it_stand_beside_what_was_written():
    doubts = (Doubt(code="range", message="at most 500"), Doubt(code="total", message="a + b is not total"))
    field = a_field("meter", "_0142", Outcome.REVIEW).model_copy(update={"value": "00142", "doubts": doubts})

    [line] = table([row(1, result=a_page(field))], ["meter"])

    assert (line["meter"], line["meter_value"]) == ("_0142", "00142")
    assert line["meter_doubts"] == "at most 500; a + b is not total"


def test_what_a_constraint_changed_stands_beside_what_was_read():
    [line] = table([row(1, result=a_page(a_changed_field("meter"), a_field("day", "7")))], ["meter", "day"])

    assert (line["meter"], line["meter_raw"]) == ("18", "13")
    assert line["meter_changes"] == "box 2: 8 for 3, by check_digit"
    assert (line["day_raw"], line["day_changes"]) == ("", "")


def test_the_form_of_a_page_and_its_sheet_are_named():
    reading = a_page(a_field("meter", "1")).model_copy(update={"page": 2, "serial": "000007"})

    [line] = table([row(1, result=reading)], ["meter"])

    assert (line["form"], line["form_page"], line["serial"]) == ("single-digit@1", "2", "000007")


def test_boxes_between_digits_keep_their_place_and_a_blank_field_is_empty():
    reading = a_page(a_field("meter", "12_45"), a_field("day", "__", Outcome.BLANK))

    [line] = table([row(1, result=reading)], ["meter", "day"])

    assert line["meter"] == "12_45"
    assert line["day"] == ""
    assert line["day_outcome"] == "blank"


def test_a_page_that_failed_names_its_error_and_one_that_waits_is_empty():
    failed, waiting = table([row(1, state="failed", result=a_failure()), row(2, state="waiting")], ["meter"])

    assert (failed["error"], failed["meter"]) == ("no_marks", "")
    assert failed["error_message"].startswith("found 1 of 4")
    assert (waiting["state"], waiting["error"]) == ("waiting", "")


@given(
    start=st.sampled_from("=+-@\t\r"), rest=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
)
def test_no_cell_begins_as_a_formula(start, rest):
    [line] = csv.reader(io.StringIO("".join(csv_lines([row(1, start + rest)], [])).split("\r\n", 1)[1], newline=""))

    assert line[1] == "'" + start + rest
