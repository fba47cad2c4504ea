"""What tests of the worker share."""

import pytest


@pytest.fixture(scope="session")
def shipped():
    """The shipped network."""
    from formdigits.model_version import DEFAULT_MODEL
    from worker.digit_classifier import DigitClassifier

    return DigitClassifier(DEFAULT_MODEL)
