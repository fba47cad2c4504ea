"""What is accepted, and what a person must look at."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from formdigits.arrays import NOT_A_DIGIT
from formdigits.form_template import Constraints, Field, Roster
from formdigits.readings import Change, Doubt, Outcome
from tests.fakes import FakeClassifier, probabilities
from tests.worker.deciding import CORNERS, decided, field_of, torn
from worker.decision import decide, read_cells
from worker.joint import Written


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


def test_a_repair_is_proposed_with_what_was_read_and_why():
    field = decided(probabilities(1), torn(3, 8), constraints=Constraints(check_digit="luhn"))

    assert (field.text, field.value, field.outcome) == ("18", "18", Outcome.REVIEW)
    assert field.raw == "13"
    assert field.changes == (Change(box=2, read="3", taken="8", constraint="check_digit"),)
    message = "read as 13: the luhn check digit does not fit the number"
    assert field.doubts == (Doubt(code="check_digit", message=message),)


class Lax(FakeClassifier):
    """Thresholds for an average: a field may be less sure than the budget, where most are surer."""

    def threshold_for(self, max_error, n_digits=1):
        return 0.5


def test_a_repair_is_accepted_only_where_it_keeps_the_error_budget_by_itself():
    read = [read_cells(cell[None])[0] for cell in (probabilities(1), torn(3, 8))]
    decide_at = partial(
        decide, field_of(2, constraints=Constraints(check_digit="luhn")), read, thresholds=Lax(), polygon_px=CORNERS
    )

    large, small = decide_at(max_error=0.04), decide_at(max_error=0.001)

    assert (large.outcome, large.text, large.raw, large.doubts) == (Outcome.ACCEPTED, "18", "13", ())
    assert (small.outcome, small.text, small.raw) == (Outcome.REVIEW, "18", "13")


def test_a_sure_field_that_keeps_no_rule_goes_to_review_unchanged():
    surely = probabilities(1, 0.9999999), probabilities(9, 0.9999999)

    field = decided(*surely, constraints=Constraints(check_digit="luhn"))

    assert (field.text, field.value, field.outcome) == ("19", "19", Outcome.REVIEW)
    assert [doubt.code for doubt in field.doubts] == ["check_digit"]


def test_a_sure_field_that_keeps_its_rules_is_accepted_with_its_value():
    field = decided(None, probabilities(1), probabilities(8), constraints=Constraints(check_digit="luhn"), decimals=1)

    assert (field.text, field.value, field.outcome) == ("_18", "1.8", Outcome.ACCEPTED)


def test_a_gap_has_a_doubt_and_no_value():
    field = decided(probabilities(1), None, probabilities(4))

    assert field.value is None
    assert [doubt.code for doubt in field.doubts] == ["blank_box"]


def test_a_blank_field_that_must_not_be_goes_to_review():
    required, optional = decided(None, None, required=True), decided(None, None)

    assert (required.outcome, required.value) == (Outcome.REVIEW, "")
    assert (optional.outcome, optional.value) == (Outcome.BLANK, "")


def test_an_unreadable_field_has_no_value_and_stays_unreadable():
    field = decided(probabilities(NOT_A_DIGIT), required=True, constraints=Constraints(range=(5, 6)))

    assert (field.outcome, field.value) == (Outcome.UNREADABLE, None)


def test_a_field_may_lower_the_error_budget_and_not_raise_it():
    digit = probabilities(7, top=0.995)

    assert decided(digit, max_error=0.01).outcome is Outcome.ACCEPTED
    assert decided(digit, max_error=0.01, max_error_of_field=0.001).outcome is Outcome.REVIEW
    assert decided(digit, max_error=0.001, max_error_of_field=0.01).outcome is Outcome.REVIEW


def free(text, *cells, confidence=0.9999, decimals=1, **constraints):
    limits = Constraints(**constraints)
    field = Field(name="field", area=(0, 0, 60, 10), length=(1, 8), decimals=decimals, constraints=limits)
    read = [read_cells(cell[None])[0] for cell in cells]
    more = {"written": Written(text, confidence), "roster": frozenset({"42", "18"}) if limits.roster else None}
    return decide(field, read, max_error=0.001, thresholds=FakeClassifier(), polygon_px=CORNERS, **more)


def test_an_area_has_the_decimal_point_that_is_written():
    field = free("4.2", probabilities(4), probabilities(2))

    assert (field.text, field.value) == ("4.2", "4.2")


def test_an_area_is_accepted_where_a_check_digit_or_a_roster_confirms_it():
    digits = probabilities(1), probabilities(8)

    alone = free("18", *digits, decimals=0)
    checked = free("18", *digits, decimals=0, check_digit="luhn")
    listed = free("18", *digits, decimals=0, roster=Roster(file="all.txt"))

    assert (alone.outcome, alone.doubts) == (Outcome.REVIEW, ())
    assert checked.outcome is listed.outcome is Outcome.ACCEPTED


def test_an_area_that_may_be_cut_otherwise_goes_to_review_however_sure_its_digits_are():
    field = free("18", probabilities(1), probabilities(8), confidence=0.97, decimals=0, check_digit="luhn")

    assert field.outcome is Outcome.REVIEW
    assert 0.97 < field.confidence < 0.999


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
