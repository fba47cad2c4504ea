import pytest

from trainer import dataset as digits


@pytest.fixture
def little_mnist(monkeypatch):
    """A small part of MNIST, so that a whole retrain takes seconds."""
    (x_train, y_train), (x_test, y_test) = digits.load_mnist()
    monkeypatch.setattr(digits, "N_FROZEN", 400)
    monkeypatch.setattr(digits, "N_RUBBISH_HELD_OUT", 100)
    monkeypatch.setattr(digits, "load_mnist", lambda: ((x_train[:8000], y_train[:8000]), (x_test[:300], y_test[:300])))
