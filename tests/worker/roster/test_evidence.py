"""What the boxes tell of every line is what a sum over all of them says, however it is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formdigits.form_template import Blanks, Boxes, Constraints, Field
from formdigits.form_template import Roster as RosterOfForm
from formdigits.readings import FieldReading, Outcome
from tests.fakes import probabilities
from worker.decision import BLANK_CELL, read_cells
from worker.roster.evidence import Roster, chance_of_none, chances_of, digit_logs

FIELD = Field(
    name="student",
    boxes=Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=4),
    constraints=Constraints(roster=RosterOfForm(file="a.txt", unique=True)),
)


def reading(text, top=0.999):
    cells = tuple(BLANK_CELL if sign == "_" else read_cells(probabilities(int(sign), top)[None])[0] for sign in text)
    return FieldReading(
        name="student", text=text, outcome=Outcome.REVIEW, confidence=0.9, cells=cells, polygon_px=((0.0, 0.0),) * 4
    )


@given(
    st.sets(st.integers(0, 999).map("{:03}".format), min_size=1, max_size=30),
    st.lists(st.lists(st.floats(0.001, 1), min_size=10, max_size=10), min_size=3, max_size=3),
)
def test_candidates_are_the_lines_that_are_likelier_than_none(values, boxes):
    chances = np.array(boxes) / np.sum(boxes, axis=1, keepdims=True)
    roster = Roster(values)

    [found] = roster.candidates([np.log(chances).astype(np.float32)])

    exact = {value: np.prod([chances[box, int(sign)] for box, sign in enumerate(value)]) for value in values}
    none = chance_of_none(3)
    likelier = sorted((value for value in values if exact[value] > none), key=exact.get, reverse=True)
    assert len(found.lines) == len(likelier[:32])
    assert np.allclose([exact[roster.values[line]] for line in found.lines], [exact[value] for value in likelier[:32]])
    assert np.allclose(found.weights, [np.log(exact[value] / none) for value in likelier[:32]], atol=1e-4)
    left = sum(exact.values()) - sum(exact[value] for value in likelier[:32])
    assert np.isclose(np.exp(found.rest) * none, left, atol=1e-6)


def test_a_number_that_is_sure_is_found_without_looking_at_the_others():
    roster = Roster({"1234", "1235"})

    [found] = roster.candidates([digit_logs(FIELD, reading("1234", top=0.999999))])

    assert [roster.values[line] for line in found.lines] == ["1234"]
    assert found.rest < found.weights[0]


@pytest.mark.parametrize("text", ["____", "1_23"])
def test_where_no_number_stands_there_is_nothing_to_match(text):
    assert digit_logs(FIELD, reading(text)) is None


@pytest.mark.parametrize(
    ("text", "leading", "number"), [("12__", "keep", "12"), ("_123", "keep", "123"), ("_123", "pad_zero", "0123")]
)
def test_blank_boxes_lead_and_trail_as_the_form_says(text, leading, number):
    field = FIELD.model_copy(update={"blanks": Blanks(leading=leading)})

    logs = digit_logs(field, reading(text))

    assert "".join(map(str, logs.argmax(axis=1))) == number


@given(st.integers(0, 9), st.floats(0.3, 1))
def test_what_is_stored_as_nothing_is_little_and_never_nothing(digit, top):
    [cell] = read_cells(probabilities(digit, top)[None])

    chances = chances_of(cell)

    assert chances[digit] == max(chances) or top < 0.5
    assert all(1e-6 <= chance <= 1 for chance in chances)
    assert sum(chances) <= 1.001
