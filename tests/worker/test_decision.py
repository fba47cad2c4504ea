"""What is accepted, and what a person must look at."""

from hypothesis import given
from hypothesis import strategies as st

from formdigits.arrays import NOT_A_DIGIT
from formdigits.form_template import Boxes, Field
from formdigits.readings import Outcome
from tests.fakes import FakeClassifier, probabilities
from worker.decision import BLANK_CELL, decide, read_cells

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def field_of(count, **rules):
    return Field(name="field", boxes=Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=count), **rules)


def decided(*cells, max_error=0.001, **rules):
    read = [BLANK_CELL if cell is None else read_cells(cell[None])[0] for cell in cells]
    return decide(
        field_of(len(cells), **rules), read, max_error=max_error, thresholds=FakeClassifier(), polygon_px=CORNERS
    )


def test_sure_digits_are_accepted_in_their_order():
    field = decided(probabilities(4), probabilities(2))

    assert (field.text, field.outcome) == ("42", Outcome.ACCEPTED)


def test_an_unsure_digit_goes_to_review_rather_than_being_guessed():
    field = decided(probabilities(4), probabilities(2, top=0.55))

    assert field.outcome is Outcome.REVIEW
    assert field.text == "42"


def test_a_guess_is_looked_at_however_large_the_error_budget_is():
    field = decided(probabilities(4), probabilities(2, top=0.9), max_error=1)

    assert field.outcome is Outcome.REVIEW


def test_a_blank_box_keeps_its_position():
    field = decided(probabilities(1), probabilities(2), None, probabilities(4), probabilities(5))

    assert field.text == "12_45"


def test_a_gap_between_digits_is_looked_at_by_a_person():
    with_gap = decided(probabilities(1), None, probabilities(4))
    short = decided(None, probabilities(1), probabilities(4), None)

    assert with_gap.outcome is Outcome.REVIEW
    assert short.outcome is Outcome.ACCEPTED


def test_a_field_without_ink_is_blank():
    field = decided(None, None)

    assert (field.text, field.outcome, field.confidence) == ("__", Outcome.BLANK, 1.0)


def test_ink_that_is_no_digit_is_never_accepted_however_sure():
    one_of_two = decided(probabilities(4), probabilities(NOT_A_DIGIT))
    all_of_it = decided(probabilities(NOT_A_DIGIT))

    assert (one_of_two.text, one_of_two.outcome) == ("4?", Outcome.REVIEW)
    assert (all_of_it.text, all_of_it.outcome) == ("?", Outcome.UNREADABLE)


def test_the_digits_of_a_field_share_its_error_budget():
    sure_enough_alone = probabilities(7, top=0.9995)

    assert decided(sure_enough_alone).outcome is Outcome.ACCEPTED
    assert decided(*[sure_enough_alone] * 8).outcome is Outcome.REVIEW


cell = st.none() | st.builds(probabilities, st.integers(0, 10), st.floats(0.2, 1.0))


@given(cells=st.lists(cell, min_size=1, max_size=10), smaller=st.floats(1e-6, 1), larger=st.floats(1e-6, 1))
def test_a_larger_error_budget_never_accepts_less(cells, smaller, larger):
    smaller, larger = sorted((smaller, larger))

    strict, lax = decided(*cells, max_error=smaller), decided(*cells, max_error=larger)

    assert strict.outcome is lax.outcome or lax.outcome is Outcome.ACCEPTED


@given(cells=st.lists(cell, min_size=1, max_size=10))
def test_every_box_has_one_character_and_one_reading(cells):
    field = decided(*cells)

    assert len(field.text) == len(field.cells) == len(cells)
    assert [character == "_" for character in field.text] == [cell is None for cell in cells]
