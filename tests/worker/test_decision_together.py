"""Fields of one page that share rules."""

from formdigits.arrays import NOT_A_DIGIT
from formdigits.form_template import SINGLE_DIGIT, Rule
from formdigits.readings import Change, Outcome
from tests.fakes import FakeClassifier, probabilities
from tests.worker.deciding import SURE, decided, field_of, torn
from worker.decision import decide_together


def together(expr, *fields, n_boxes=1):
    """Fields `a`, `b` ... of one page, decided with a rule between them."""
    names = "abcdefgh"[: len(fields)]
    form = SINGLE_DIGIT.model_copy(
        update={
            "fields": tuple(field_of(n_boxes).model_copy(update={"name": name}) for name in names),
            "rules": (Rule(id="together", expr=expr),),
        }
    )
    named = [field.model_copy(update={"name": name}) for field, name in zip(fields, names, strict=True)]
    return decide_together(form, named, max_error=0.001, thresholds=FakeClassifier())


def test_fields_that_surely_do_not_agree_go_to_review_as_they_are_read():
    surely = 0.9999999

    judged = together("a == b", decided(probabilities(4, surely)), decided(probabilities(2, surely)), decided(SURE))

    assert [field.outcome for field in judged] == [Outcome.REVIEW, Outcome.REVIEW, Outcome.ACCEPTED]
    assert [field.value for field in judged] == ["4", "2", "9"]
    assert [field.raw for field in judged] == [None] * 3
    assert [doubt.code for doubt in judged[1].doubts] == ["together"]


def test_a_sum_settles_what_a_torn_digit_of_it_is():
    judged = together("a + b == c", decided(probabilities(4)), decided(torn(2, 5)), decided(SURE))

    torn_one = judged[1]
    assert [field.text for field in judged] == ["4", "5", "9"]
    assert (torn_one.raw, torn_one.value) == ("2", "5")
    assert torn_one.changes == (Change(box=1, read="2", taken="5", constraint="together"),)
    assert torn_one.outcome is Outcome.REVIEW
    assert torn_one.doubts[0].message == "read as 2: a + b == c does not hold: a = 4, b = 2, c = 9"
    assert torn_one.confidence > 0.98


def test_a_sum_that_holds_makes_all_its_fields_surer():
    unsure = decided(probabilities(4, 0.99)), decided(probabilities(5, 0.99)), decided(probabilities(9, 0.99))

    judged = together("sum(a, b) == c", *unsure)

    assert [field.outcome for field in unsure] == [Outcome.REVIEW] * 3
    assert [field.outcome for field in judged] == [Outcome.ACCEPTED] * 3
    assert all(field.confidence > 0.999 for field in judged)


def test_a_field_that_cannot_be_read_takes_nothing_from_the_others_of_its_rule():
    judged = together("a + b == c", decided(probabilities(4)), decided(probabilities(NOT_A_DIGIT)), decided(SURE))

    assert [field.outcome for field in judged] == [Outcome.ACCEPTED, Outcome.UNREADABLE, Outcome.ACCEPTED]
    assert [field.text for field in judged] == ["4", "?", "9"]


def test_a_broken_rule_leaves_an_unreadable_field_unreadable():
    judged = together("a < 0 and 1 > 2", decided(probabilities(NOT_A_DIGIT)), decided(None))

    assert judged[0].outcome is Outcome.UNREADABLE
    assert [doubt.code for doubt in judged[0].doubts] == ["together"]
    assert (judged[1].outcome, judged[1].doubts) == (Outcome.BLANK, ())


def test_without_rules_the_fields_of_a_page_stay_as_they_are():
    field = decided(probabilities(4))

    assert decide_together(SINGLE_DIGIT, [field], max_error=0.001, thresholds=FakeClassifier())[0] is field
