"""Rules of several fields: when they break, and when they cannot be told."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.constraints import judge_field, judge_page
from formdigits.form_template import Boxes, Field, FormPage, FormShelf, FormTemplate, Rule
from formdigits.form_template.page import Size

PAGE = FormPage(size=Size(width=210, height=297))


def form_with(*exprs, fields="abc"):
    row = Boxes(origin=(0, 0), size=(8, 10))
    return FormTemplate(
        id="form",
        version=1,
        title="A form",
        pages=(PAGE,),
        fields=tuple(Field(name=name, boxes=row) for name in fields),
        rules=tuple(Rule(id=f"rule_{i}", expr=expr) for i, expr in enumerate(exprs, 1)),
    )


def is_kept(expr, **values):
    return not judge_page(form_with(expr), values)


@pytest.mark.parametrize(
    ("expr", "values", "kept"),
    [
        ("a + b == c", {"a": "1", "b": "02", "c": "3"}, True),
        ("a + b == c", {"a": "1", "b": "2", "c": "4"}, False),
        ("a + b == c", {"a": "0.1", "b": "0.2", "c": "0.3"}, True),  # exact, and not as floats have it
        ("a / 3 * 3 == a", {"a": "1"}, True),
        ("a - 2 * b < -c", {"a": "1", "b": "2", "c": "2"}, True),
        ("(a + b) * 2 != c", {"a": "1", "b": "2", "c": "6"}, False),
        ("1 <= a < b", {"a": "1", "b": "2"}, True),
        ("1 <= a < b", {"a": "2", "b": "2"}, False),
        ("a == 1 or b == 1", {"a": "2", "b": "1"}, True),
        ("a == 1 and b == 1", {"a": "2", "b": "1"}, False),
        ("not a == 1", {"a": "1"}, False),
        ("a / b == 1", {"a": "1", "b": "0"}, False),
        # A blank field, or one that cannot be read: only what is false whatever it may be is broken.
        ("a + b == c", {"a": "1", "b": "", "c": "4"}, True),
        ("a + b == c", {"a": "1", "b": None, "c": "4"}, True),
        ("a + b == c", {"a": "1", "b": "1_2", "c": "4"}, True),
        ("a == 1 and b == 1", {"a": "2", "b": ""}, False),
        ("a == 1 or b == 1", {"a": "2", "b": ""}, True),
        ("not (a == 1 or b == 1)", {"a": "1", "b": ""}, False),
        ("not a == 1", {"a": ""}, True),
        # blank(...) and sum(...) speak of blank fields.
        ("not blank(a) or blank(b)", {"a": "", "b": "1"}, False),
        ("not blank(a) or blank(b)", {"a": "", "b": ""}, True),
        ("not blank(a)", {"a": None}, True),
        ("sum(a, b) == c", {"a": "1", "b": "", "c": "1"}, True),
        ("sum(a, b) == c", {"a": "1", "b": "", "c": "2"}, False),
        ("sum(a, b) == c", {"a": "", "b": "", "c": "0"}, True),
        ("sum(a, b) == c", {"a": "1", "b": None, "c": "9"}, True),
        ("sum(a, b) == c", {"a": "1", "b": "1", "c": ""}, True),
    ],
)
def test_a_rule_breaks_when_it_is_false_for_certain(expr, values, kept):
    assert is_kept(expr, **values) is kept


def test_every_field_of_a_broken_rule_is_doubted_and_no_other():
    form = form_with("a < b", "c > 1")

    doubts = judge_page(form, {"a": "3", "b": "2", "c": "5"})

    assert sorted(doubts) == ["a", "b"]
    assert [doubt.code for doubt in doubts["a"]] == ["rule_1"]
    assert doubts["a"][0].message == "a < b does not hold: a = 3, b = 2"


def test_a_field_in_two_broken_rules_has_two_doubts():
    form = form_with("a < b", "a > 9")

    doubts = judge_page(form, {"a": "3", "b": "2", "c": ""})

    assert [doubt.code for doubt in doubts["a"]] == ["rule_1", "rule_2"]


def test_a_rule_that_divides_by_zero_says_so():
    doubts = judge_page(form_with("a / b > 1"), {"a": "3", "b": "0", "c": ""})

    assert doubts["a"][0].message == "a / b > 1 divides by zero: a = 3, b = 0"


def test_rules_of_another_page_are_left_alone():
    form = form_with("a < b", "c > 1")

    assert judge_page(form, {"c": "2"}) == {}


numbers = st.integers(0, 999).map(str)
trees = st.recursive(
    st.sampled_from(["a", "b", "c", "7", "0.5"]),
    lambda part: st.tuples(part, st.sampled_from("+-*"), part).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=8,
)


@given(left=trees, right=trees, sign=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), data=st.data())
def test_a_rule_means_what_python_makes_of_it(left, right, sign, data):
    values = {name: data.draw(numbers) for name in "abc"}
    expr = f"{left} {sign} {right} or a < 0"

    expected = eval(expr.replace("0.5", "half"), {k: Fraction(v) for k, v in values.items()} | {"half": Fraction(1, 2)})

    assert is_kept(expr, **values) is expected


SHELF = FormShelf([])
EXAM = SHELF.get("exam-cover")


def test_the_shipped_exam_keeps_a_sheet_whose_points_make_its_total():
    points = {"question_1": "7.5", "question_2": "12.0", "question_3": "", "question_4": "20.0"}

    assert judge_page(EXAM, points | {"total": "39.5"}) == {}
    assert sorted(judge_page(EXAM, points | {"total": "38.5"})) == [*sorted(points), "total"]


def test_the_shipped_exam_knows_a_wrong_student_number():
    [student, *_] = EXAM.fields
    students = SHELF.roster(EXAM.ref, student.constraints.roster.file)

    assert judge_field(student, "20260118", students) == ("20260118", ())
    assert [doubt.code for doubt in judge_field(student, "20260178", students)[1]] == ["check_digit", "roster"]


def test_sheets_of_the_first_version_of_the_shipped_exam_are_still_read():
    [student, *_] = SHELF.get("exam-cover@1").fields

    assert judge_field(student, "20269905") == ("20269905", ())
