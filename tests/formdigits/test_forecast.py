"""What is said of a job before it is read."""

import pytest

from formdigits.calibration import Calibration, least_for
from formdigits.forecast import forecast
from formdigits.form_template import SINGLE_DIGIT, Boxes, Constraints, Field
from formdigits.model_version import DEFAULT_MODEL, read_manifest


def boxes(name, count=6, **more):
    return Field(name=name, boxes=Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=count), **more)


def form_of(*fields):
    return SINGLE_DIGIT.model_copy(update={"fields": fields})


@pytest.fixture(scope="module")
def calibration():
    return read_manifest(DEFAULT_MODEL).calibration


@pytest.fixture
def foretold(calibration):
    def of(*fields, max_error=0.01):
        return forecast(form_of(*fields), calibration, max_error, model_version="v")

    return of


def test_a_field_of_one_digit_is_forecast_as_what_was_measured(calibration, foretold):
    least = least_for(calibration, 0.01, 1)

    found = foretold(boxes("digit", count=1))

    assert found.field_review == pytest.approx(1 - calibration.odds(1).accepted_at(least))
    assert found.page_review == found.field_review


def test_a_stricter_budget_and_a_longer_field_send_more_to_review(foretold):
    by_budget = [foretold(boxes("a"), max_error=budget).field_review for budget in (0.05, 0.005, 0.0005)]
    by_length = [foretold(boxes("a", count=count)).field_review for count in (1, 4, 8)]

    assert by_budget == sorted(by_budget)
    assert by_length == sorted(by_length)
    assert by_budget[0] < by_budget[-1]


def test_the_budget_of_a_field_counts_where_it_is_stricter(foretold):
    found = foretold(boxes("lax"), boxes("strict", max_error=0.0005), boxes("vain", max_error=0.5))

    lax, strict, vain = found.fields
    assert [one.max_error for one in found.fields] == [0.01, 0.0005, 0.01]
    assert strict.review > lax.review == vain.review


def test_fields_of_one_page_go_to_review_together_more_than_by_chance(foretold):
    found = foretold(boxes("a"), boxes("b"))

    one = found.field_review
    assert one < found.page_review < 1 - (1 - one) ** 2


def test_a_check_digit_makes_less_sure_digits_do(foretold):
    found = foretold(boxes("plain"), boxes("checked", constraints=Constraints(check_digit="luhn")), max_error=0.001)

    plain, checked = found.fields
    assert checked.review < plain.review


def test_digits_without_boxes_that_nothing_confirms_all_go_to_review(foretold):
    found = foretold(Field(name="free", area=(0, 0, 60, 10), length=(3, 6)))

    assert [(one.n_digits, one.review) for one in found.fields] == [(6, 1.0)]


def test_marks_and_images_are_left_out(foretold):
    mark = Field(name="paid", kind="mark", values=("yes",), boxes=Boxes(origin=(0, 0), size=(5, 5)))

    assert [one.name for one in foretold(boxes("a"), mark).fields] == ["a"]
    assert foretold(mark) is None


def test_nothing_is_said_for_a_model_that_was_never_measured():
    assert forecast(form_of(boxes("a")), Calibration(), 0.01, model_version="v") is None
