"""A candidate takes over only from the version that it was compared with, and only while its trainer may."""

import pytest

from formdigits.model_store import ModelStore
from tests.models import publish
from trainer.handover import take_over


@pytest.fixture
def models(tmp_path):
    return ModelStore(tmp_path / "models")


def test_a_candidate_takes_over_from_the_version_that_it_was_compared_with(models):
    first, candidate = publish(models, b"first"), publish(models, b"candidate")
    models.promote(first)

    hindrance = take_over(models, candidate, compared_with=first, may_promote=lambda: True)

    assert hindrance is None
    assert models.current() == candidate


def test_the_first_version_of_all_takes_over_from_none(models):
    candidate = publish(models, b"candidate")

    assert take_over(models, candidate, compared_with=None, may_promote=lambda: True) is None
    assert models.current() == candidate


def test_what_a_person_promoted_during_the_training_stays(models):
    first, chosen, candidate = (publish(models, content) for content in (b"first", b"chosen", b"candidate"))
    models.promote(first)
    models.promote(chosen)

    hindrance = take_over(models, candidate, compared_with=first, may_promote=lambda: True)

    assert "another version became current" in hindrance
    assert models.current() == chosen


def test_a_version_that_becomes_current_at_the_last_moment_stays_too(models):
    first, chosen, candidate = (publish(models, content) for content in (b"first", b"chosen", b"candidate"))
    models.promote(first)

    hindrance = take_over(models, candidate, compared_with=first, may_promote=lambda: models.promote(chosen))

    assert "another version became current" in hindrance
    assert models.current() == chosen


def test_a_trainer_that_has_lost_its_retrain_promotes_nothing(models):
    first, candidate = publish(models, b"first"), publish(models, b"candidate")
    models.promote(first)

    hindrance = take_over(models, candidate, compared_with=first, may_promote=lambda: False)

    assert "lost" in hindrance
    assert models.current() == first
