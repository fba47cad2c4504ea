import pytest

from trainer.examination import Result
from trainer.promotion import compare

CURRENT = Result(n=10_000, accuracy=0.995, worn_accuracy=0.98, n_surest_wrong=9)


def test_a_better_candidate_is_promoted():
    candidate = Result(n=10_000, accuracy=0.997, worn_accuracy=0.985, n_surest_wrong=4)

    decision = compare(candidate, CURRENT)

    assert decision.promote
    assert decision.message.startswith("promoted: ")


def test_the_first_model_has_nothing_to_beat():
    decision = compare(CURRENT, None)

    assert decision.promote


def test_a_difference_that_chance_makes_is_allowed():
    candidate = CURRENT._replace(accuracy=0.9935, n_surest_wrong=14)

    decision = compare(candidate, CURRENT)

    assert decision.promote


@pytest.mark.parametrize(
    ("worse", "what"),
    [
        ({"accuracy": 0.99}, "digits read right"),
        ({"worn_accuracy": 0.97}, "worn digits"),
        ({"n_surest_wrong": 16}, "wrong among the surest"),
    ],
)
def test_being_worse_in_one_thing_keeps_a_candidate_back(worse, what):
    decision = compare(CURRENT._replace(**worse), CURRENT)

    [failed] = [reason for reason in decision.reasons if reason.endswith("(failed)")]
    assert not decision.promote
    assert failed.startswith(what)
    assert decision.message.startswith("kept as a candidate: ")
