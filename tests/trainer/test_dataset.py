import numpy as np
import pytest

from trainer import dataset as digits


@pytest.fixture(scope="module")
def small():
    return digits.prepare(validation_split=0.02, n_digits=1000, seed=1)


def test_mnist_is_laid_out_as_keras_gives_it():
    (x_train, y_train), (x_test, y_test) = digits.load_mnist()

    assert (x_train.shape, x_test.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert x_train.dtype == np.uint8
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_where_the_shipped_file_is_missing_keras_fetches_it(monkeypatch, tmp_path):
    keras = pytest.importorskip("keras")
    fetched = (np.zeros((2, 28, 28), np.uint8), np.array([1, 2], np.uint8))
    monkeypatch.setattr(digits, "MNIST_FILE", tmp_path / "missing.npz")
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (fetched, fetched))

    (_, y_train), _ = digits.load_mnist()

    assert y_train.tolist() == [1, 2]
    assert digits.mnist_sha256() == ""


def test_crops_are_black_on_white_and_look_like_the_digit():
    (images, labels), _ = digits.load_mnist()

    crops = digits.crops_of(images[:50], labels[:50])

    difference = np.abs(crops.batch[..., 0] - (1 - images[:50] / 255))
    assert crops.labels.tolist() == labels[:50].tolist()
    assert difference.mean() < 0.08


def test_an_image_without_ink_is_left_out():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 6:22, 13:15] = 255

    crops = digits.crops_of(images, np.array([8, 1]))

    assert crops.labels.tolist() == [1]


def test_training_gets_digits_of_all_hands_twice_and_rubbish(small):
    counts = np.bincount(small.train.labels, minlength=11)

    n_digits = 1000 * (1 + digits.STROKES_SHARE)
    assert 1.95 * n_digits < counts[:10].sum() < 2.1 * n_digits
    assert counts[10] == 1000 * digits.RUBBISH_SHARE


def test_the_frozen_digits_are_the_same_whatever_the_recipe(small):
    other = digits.prepare(validation_split=0.12, n_digits=1000, seed=99)

    np.testing.assert_array_equal(small.frozen.pixels, other.frozen.pixels)
    np.testing.assert_array_equal(small.held_out_rubbish.pixels, other.held_out_rubbish.pixels)
    assert len(small.held_out.labels) == digits.N_FROZEN
    assert len(other.held_out.labels) == 7200


def test_no_digit_is_both_trained_on_and_held_out(small):
    trained_on = {crop.tobytes() for crop in small.train.pixels}

    held_out = {crop.tobytes() for crop in small.validation.pixels}

    assert not trained_on & held_out


def test_another_seed_trains_on_other_rubbish(small):
    other = digits.prepare(validation_split=0.02, n_digits=1000, seed=2)

    rubbish, others = (found.train.pixels[found.train.labels == 10] for found in (small, other))
    assert (other.train.pixels[:1000] == small.train.pixels[:1000]).all()
    assert (rubbish != others).any(axis=(1, 2, 3)).mean() > 0.9
