"""The shipped model in an empty store: as soon as that can be, and never where it may not."""

import pytest

from formdigits import seeding
from formdigits.errors import ModelRefused, StoreUnreachable
from formdigits.model_store import ModelStore, open_models
from formdigits.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


def failing(monkeypatch, *errors):
    """The store refuses to be seeded that many times."""
    left, really = list(errors), ModelStore.seed

    def seed(store):
        if left:
            raise left.pop(0)
        really(store)

    monkeypatch.setattr(ModelStore, "seed", seed)
    monkeypatch.setattr(seeding, "PAUSE_S", 0)


def test_a_program_that_starts_puts_the_shipped_model_into_an_empty_store(settings):
    seeding.seed_in_background(settings).join()

    assert open_models(settings).current() is not None


def test_a_store_that_is_away_for_a_while_is_seeded_when_it_is_back(settings, monkeypatch):
    failing(monkeypatch, StoreUnreachable("away"), StoreUnreachable("still away"))

    seeding.seed(settings)

    assert open_models(settings).current() is not None


@pytest.mark.parametrize("error", [PermissionError("read-only"), ModelRefused("the pointer is damaged")])
def test_a_store_that_may_not_be_written_is_left_as_it_is(settings, monkeypatch, error):
    failing(monkeypatch, error)

    seeding.seed(settings)

    assert open_models(settings).current() is None
