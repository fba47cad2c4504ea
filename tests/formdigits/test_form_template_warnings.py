"""What is told of a form that can be used, and of one whose words are others."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import check_form, parse_form, warnings_of
from tests.formdigits.exam_form import FORM, OTHERS, PLAIN, complaint_about, warnings_about

WORDS = re.split(r"(\w[\w.]*)", FORM)
"""The form, every second piece being a word of it."""
OTHER_WORDS = [
    "0",
    "-1",
    "1e9",
    "[]",
    "{}",
    "null",
    "''",
    "[1, 2, 3, 4]",
    "60",
    "9" * 30,
    ".inf",
    "mark",
    "comb",
    "area",
]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("size: [8, 10], pitch: 10, count: 8", "size: [4, 10], pitch: 10, count: 8", 13, "these have 4 mm"),
        ("pitch: 10, count: 8", "pitch: 8.5, count: 8", 13, "1 mm apart at least, to be read well; pitch must be 9"),
        ("pitch: 10, count: 8", "pitch: 8, count: 8, shape: adjoining", 13, "adjoining boxes are read worse"),
        ("origin: [24, 60]", "origin: [24, 50.5]", 16, "less than 1 mm away from field 'student'"),
        ("[24, 80, 40, 10]", "[24, 80, 5, 10]", 20, "2 digits need 6 mm, and the area is 5 mm wide"),
    ],
)
def test_what_is_read_badly_on_a_form_of_others_is_a_warning_with_its_line(old, new, line, message):
    [warning] = warnings_about(OTHERS, (old, new))

    assert f"exam.yaml, line {line}: " in warning
    assert message in warning


def test_boxes_that_touch_are_an_error_on_a_form_that_we_print():
    complaint = complaint_about("pitch: 10, count: 8", "pitch: 8.5, count: 8")

    assert "1 mm apart at least" in complaint


def test_warnings_of_a_form_without_its_file_name_the_key():
    form = parse_form(FORM.replace("pitch: 10, count: 8", "pitch: 8, count: 8, shape: comb"), "exam.yaml")

    assert warnings_of(form)[0].startswith("fields.0.boxes.shape: comb boxes are read worse")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(0, len(WORDS) // 2 - 1), st.sampled_from(OTHER_WORDS + WORDS[1::2]), max_size=3))
def test_a_form_with_other_words_is_a_form_or_is_refused_by_its_name(changes):
    text = "".join(changes.get(i // 2, word) if i % 2 else word for i, word in enumerate(WORDS))

    try:
        form = parse_form(text, "exam.yaml")
    except FormTemplateInvalid as error:
        said = str(error).splitlines()
    else:
        said = warnings_of(form)

    assert changes or not said
    assert all(len(line) > 20 for line in said)


def test_a_constraint_that_is_null_is_none():
    _, warnings = check_form(FORM.replace(PLAIN, "constraints: {range: null}\n    blanks: {inner: keep}"), "exam.yaml")

    assert warnings == []
