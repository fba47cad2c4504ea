"""Model files from elsewhere: these load TensorFlow."""

import json

import h5py
import numpy as np
import pytest

from formdigits.errors import ModelRefused
from formdigits.model_store import ModelStore
from formdigits.model_version import read_golden
from trainer.publishing import publish_file

pytestmark = [
    pytest.mark.keras,
    pytest.mark.usefixtures("little_mnist"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras, on NumPy 2
]


def foreign(*, ink=1, input_shape=(28, 28, 1), activation="softmax", outputs=10, epochs=4):
    """A tutorial network, trained on plain MNIST in one polarity."""
    import keras

    from trainer import dataset as digits

    (images, labels), _ = digits.load_mnist()
    seen = images.reshape(-1, *input_shape) / np.float32(255)
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input(input_shape),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(16, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(outputs, activation=activation),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=activation != "softmax")
    network.compile(keras.optimizers.Adam(4e-3), loss)
    network.fit(seen if ink else 1 - seen, labels, batch_size=64, epochs=epochs, verbose=0)
    return network


@pytest.fixture
def models(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.mark.parametrize(
    ("how", "polarity", "output"),
    [
        ({"ink": 1}, "ink_is_1", "probabilities"),
        ({"ink": 0, "epochs": 8}, "ink_is_0", "probabilities"),
        ({"input_shape": (784,), "activation": "linear"}, "ink_is_1", "logits"),
        ({"input_shape": (28, 28), "outputs": 11}, "ink_is_1", "probabilities"),
    ],
)
def test_a_network_trained_elsewhere_is_published_as_what_it_is(how, polarity, output, models, tmp_path):
    foreign(**how).save(tmp_path / "mine.h5")

    published = publish_file(tmp_path / "mine.h5", models, promote=True)

    manifest = models.manifest(published.version)
    crops, probabilities = read_golden(models.folder(published.version))
    assert models.current() == published.version
    assert (manifest.polarity, manifest.output) == (polarity, output)
    assert manifest.n_classes == how.get("outputs", 10)
    assert manifest.metrics["mnist_test_accuracy"] > 0.85
    assert (crops.shape, probabilities.shape) == ((64, 28, 28, 1), (64, manifest.n_classes))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (models.folder(published.version) / "report" / "confusion.png").exists()


def test_a_file_of_an_older_keras_is_published_too(models, tmp_path):
    foreign().save(tmp_path / "old.h5")
    with h5py.File(tmp_path / "old.h5", "r+") as file:
        names = [layer["config"]["name"] for layer in json.loads(file.attrs["model_config"])["config"]["layers"]][1:]
        file.attrs["model_config"] = json.dumps(as_keras_2_wrote_it(*names))

    published = publish_file(tmp_path / "old.h5", models, promote=False)

    assert published.metrics["mnist_test_accuracy"] > 0.85
    assert models.current() is None


def as_keras_2_wrote_it(reshape, conv, pool, flatten, last):
    def layer(class_name, name, **config):
        return {"class_name": class_name, "config": {"name": name, "trainable": True, "dtype": "float32"} | config}

    weights = {
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": {"class_name": "Zeros", "config": {}},
    }
    seen = {
        "batch_input_shape": [None, 28, 28, 1],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "seen",
    }
    layers = [
        {"class_name": "InputLayer", "config": seen},
        layer("Reshape", reshape, target_shape=[28, 28, 1]),
        layer("Conv2D", conv, filters=16, kernel_size=[5, 5], strides=[2, 2], activation="relu", **weights),
        layer("MaxPooling2D", pool, pool_size=[2, 2], strides=[2, 2], padding="valid"),
        layer("Flatten", flatten),
        layer("Dense", last, units=10, activation="softmax", **weights),
    ]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}


def test_a_network_that_reads_no_digits_is_refused_with_its_accuracy(models, tmp_path):
    foreign(epochs=0).save(tmp_path / "untrained.h5")

    with pytest.raises(ModelRefused, match=r"untrained.h5: reads \d+\.\d% of .* held-out digits"):
        publish_file(tmp_path / "untrained.h5", models, promote=True)

    assert models.versions() == []


def test_weights_that_do_not_fit_are_refused_under_the_name_of_the_file(models, tmp_path):
    foreign(epochs=0).save(tmp_path / "mine.h5")
    with h5py.File(tmp_path / "mine.h5", "r+") as file:
        weights = file["model_weights"]
        for name in list(weights):
            del weights[name]

    with pytest.raises(ModelRefused, match=r"mine\.h5: its weights do not fit"):
        publish_file(tmp_path / "mine.h5", models, promote=True)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x89HDF\r\n\x1a\n cut short"])
def test_what_is_no_model_file_is_refused_before_anything_is_loaded(content, models, tmp_path):
    (tmp_path / "broken.h5").write_bytes(content)

    with pytest.raises(ModelRefused, match=r"broken.h5: not a complete HDF5 file"):
        publish_file(tmp_path / "broken.h5", models, promote=True)
