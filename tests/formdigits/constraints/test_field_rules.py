"""What an answer means, and what is doubtful about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.constraints import judge_field
from formdigits.form_template import Blanks, Boxes, Constraints, Field, Roster


def boxes(count=5, **rules):
    return Field(name="field", boxes=Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=count), **rules)


def area(length=(1, 8), **rules):
    return Field(name="field", area=(0, 0, 60, 10), length=length, **rules)


def checked(**constraints):
    return boxes(constraints=Constraints(**constraints))


def codes(field, text, roster=None):
    return [doubt.code for doubt in judge_field(field, text, roster)[1]]


@pytest.mark.parametrize(
    ("field", "text", "value", "doubted"),
    [
        (boxes(), "00123", "00123", []),
        (boxes(), "__123", "123", []),
        (boxes(), "123__", "123", []),
        (boxes(), "12_45", None, ["blank_box"]),
        (boxes(), "12?45", None, []),
        (boxes(), "_____", "", []),
        (boxes(required=True), "_____", "", ["required"]),
        (boxes(required=True), "____1", "1", []),
        (boxes(justify="left"), "_1234", "1234", ["blank_box"]),
        (boxes(justify="left"), "1234_", "1234", []),
        (boxes(justify="right"), "1234_", "1234", ["blank_box"]),
        (boxes(justify="right"), "_1234", "1234", []),
        (boxes(blanks=Blanks(leading="forbid", trailing="forbid")), "_123_", "123", ["blank_box", "blank_box"]),
        (boxes(blanks=Blanks(leading="pad_zero")), "__123", "00123", []),
        (boxes(blanks=Blanks(leading="pad_zero")), "__12_", "0012", []),
        (boxes(blanks=Blanks(inner="keep")), "12_45", "12_45", []),
        (boxes(decimals=2), "12345", "123.45", []),
        (boxes(decimals=2), "_0145", "01.45", []),
        (boxes(decimals=2), "___45", "0.45", []),
        (boxes(decimals=2), "____5", None, ["blank_box"]),
        (boxes(decimals=2), "123__", None, ["blank_box"]),
        (boxes(decimals=2), "12_45", None, ["blank_box"]),
        (boxes(decimals=2, blanks=Blanks(leading="pad_zero")), "__145", "001.45", []),
        (area(), "1234", "1234", []),
        (area(), "", "", []),
        (area(required=True), "", "", ["required"]),
        (area(), "1?3", None, []),
        (area(length=(4, 5)), "123", "123", ["length"]),
        (area(length=4), "12345", "12345", ["length"]),
        (area(), "1.5", None, ["decimals"]),
        (area(decimals=1), "1.5", "1.5", []),
        (area(decimals=1), ".5", "0.5", []),
        (area(decimals=1), "15", None, ["decimals"]),
        (area(decimals=1), "1.55", None, ["decimals"]),
        (area(decimals=1), "1.5.5", None, ["decimals"]),
    ],
)
def test_what_is_written_has_a_value_or_a_doubt(field, text, value, doubted):
    assert judge_field(field, text)[0] == value
    assert codes(field, text) == doubted


@pytest.mark.parametrize(
    ("field", "text", "doubted"),
    [
        (checked(check_digit="luhn"), "18", []),
        (checked(check_digit="luhn"), "__18", []),
        (checked(check_digit="luhn"), "19", ["check_digit"]),
        (checked(range=(10, 99.5)), "10", []),
        (checked(range=(10, 99.5)), "00099", []),
        (checked(range=(10, 99.5)), "9", ["range"]),
        (checked(range=(10, 99.5)), "100", ["range"]),
        (boxes(decimals=1, constraints=Constraints(range=(0, 0.3))), "____3", []),
        (boxes(decimals=1, constraints=Constraints(range=(0, 0.3))), "___03", []),
        (boxes(decimals=1, constraints=Constraints(range=(0, 0.3))), "00004", ["range"]),
        (checked(regex=r"[1-3]\d*"), "2999", []),
        (checked(regex=r"[1-3]\d*"), "4999", ["regex"]),
        (checked(regex="1"), "11", ["regex"]),
        (boxes(decimals=2, constraints=Constraints(regex=r"\d+\.[05]0")), "12350", []),
        (checked(date="HHMM"), "2359", []),
        (checked(date="HHMM"), "2360", ["date"]),
        (checked(date="HHMM"), "_959", ["date"]),
        (checked(regex="1+", range=(0, 5), check_digit="damm"), "22", ["check_digit", "range", "regex"]),
        (checked(range=(5, 9), regex="5+"), "_____", []),
        (checked(range=(5, 9), regex="5+"), "1?", []),
    ],
)
def test_a_constraint_that_is_not_kept_is_a_doubt_and_changes_nothing(field, text, doubted):
    assert codes(field, text) == doubted


def test_a_roster_holds_the_values_that_there_are():
    field = checked(roster=Roster(file="meters.txt"))

    assert codes(field, "12345", frozenset({"12345"})) == []
    assert codes(field, "12346", frozenset({"12345"})) == ["roster"]
    assert codes(field, "__345", frozenset({"345"})) == []


def test_a_roster_that_cannot_be_had_is_a_doubt_and_no_permission():
    field = checked(roster=Roster(file="meters.txt"))

    assert codes(field, "12345", None) == ["roster"]


@pytest.mark.parametrize("regex", ["(1+)+$", "(1|11)*2", "([0-9]+)*x", r"(\d*)*0$"])
def test_an_expression_that_would_backtrack_for_ever_is_matched_at_once(regex):
    field = boxes(60, constraints=Constraints(regex=f"{regex}"))

    assert codes(field, "1" * 59 + "3") == ["regex"]  # a matcher that backtracks would not come back


def test_a_mark_means_its_values():
    field = Field(name="field", kind="mark", boxes=Boxes(list=((0, 0, 5, 5), (8, 0, 5, 5))), values=("a", "b"))

    assert judge_field(field, "a,b") == ("a,b", ())
    assert judge_field(field, "") == ("", ())


POLICIES = st.builds(
    boxes,
    count=st.just(6),
    decimals=st.integers(0, 3),
    justify=st.sampled_from(["none", "left", "right"]),
    required=st.booleans(),
    blanks=st.builds(
        Blanks,
        leading=st.sampled_from(["keep", "forbid", "pad_zero"]),
        inner=st.sampled_from(["keep", "forbid"]),
        trailing=st.sampled_from(["keep", "forbid"]),
    ),
)
TEXTS = st.text("0123456789_?", min_size=6, max_size=6)


@given(field=POLICIES, text=TEXTS)
def test_no_digit_is_ever_lost_added_or_moved_without_a_word(field, text):
    value, doubts = judge_field(field, text)

    if value is None:
        assert "?" in text or doubts
    elif value:
        assert value.replace(".", "").replace("_", "").lstrip("0") == text.replace("_", "").lstrip("0")
        assert "_" not in text.strip("_") or field.blanks.inner == "keep"


@given(field=POLICIES, digits=st.text("0123456789", min_size=6, max_size=6))
def test_a_full_row_of_digits_means_itself(field, digits):
    value, doubts = judge_field(field, digits)

    assert (value or "").replace(".", "") == digits
    assert not doubts
