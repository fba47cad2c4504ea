"""What tests of the worker share."""

import pytest


@pytest.fixture(scope="session")
def shipped():
    """The shipped network."""
    from formdigits.model_version import DEFAULT_MODEL
    from worker.keras_classifier import KerasClassifier

    return KerasClassifier(DEFAULT_MODEL)
