"""What is trusted of a model file: a short list of layers, and numbers that lie in the file itself."""

import json

import h5py
import numpy as np
import pytest

from formdigits.errors import ModelRefused
from formdigits.model_file import inspect


def layer(class_name, **config):
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def tutorial(*, outputs=10, activation="softmax", input_shape=(None, 28, 28, 1), extra=()):
    layers = [
        layer("InputLayer", batch_shape=list(input_shape)),
        layer("Conv2D", filters=8, activation="relu"),
        layer("Flatten"),
        *extra,
        layer("Dense", units=outputs, activation=activation),
    ]
    return {"class_name": "Sequential", "config": {"layers": layers}}


@pytest.fixture
def saved(tmp_path):
    def saved(model, change=None):
        path = tmp_path / "mnist_cnn.h5"
        with h5py.File(path, "w") as file:
            if model is not None:
                file.attrs["model_config"] = json.dumps(model)
            file.create_dataset("model_weights/conv/kernel", data=np.zeros((3, 3)))
            if change:
                change(file)
        return path

    return saved


def test_the_tutorial_network_is_understood(saved):
    architecture = inspect(saved(tutorial()))

    assert architecture.n_outputs == 10
    assert architecture.input_shape == (28, 28, 1)
    assert architecture.output == "probabilities"


def test_a_network_that_ends_in_logits_is_understood(saved):
    assert inspect(saved(tutorial(outputs=11, activation="linear"))).output == "logits"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (None, "weights alone"),
        ({"class_name": "Functional", "config": {}}, "not a keras.Sequential"),
        (tutorial(extra=[layer("Lambda", function="whoami")]), "Lambda"),
        (tutorial(extra=[layer("TFSMLayer", filepath="/tmp/x")]), "TFSMLayer"),
        (tutorial(extra=[layer("Dense", units=3, activation={"class_name": "Lambda", "config": {}})]), "Lambda"),
        (tutorial(extra=[layer("Dense", units=3, activation="os.system")]), "unknown activation"),
        (tutorial(extra=[layer("Flatten") | {"module": "evil"}]), "not from Keras"),
        (tutorial(extra=[layer("Flatten") | {"registered_name": "evil>Flatten"}]), "not from Keras"),
        (tutorial(outputs=1000), "1000 outputs"),
        (tutorial(input_shape=(None, 224, 224, 3)), "224"),
        (tutorial(activation="sigmoid"), "sigmoid"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_its_name(saved, model, reason):
    with pytest.raises(ModelRefused, match=reason):
        inspect(saved(model))


@pytest.mark.parametrize("content", [b"", b"text, no model", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_a_file_that_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "mnist_cnn.h5"
    path.write_bytes(content)

    with pytest.raises(ModelRefused, match="not a complete HDF5 file"):
        inspect(path)


def test_a_truncated_model_is_refused(saved):
    path = saved(tutorial())
    path.write_bytes(path.read_bytes()[:-700])

    with pytest.raises(ModelRefused):
        inspect(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelRefused, match="no such file"):
        inspect(tmp_path / "none.h5")


def test_weights_that_lie_in_another_file_are_refused(saved, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(800))

    def points_outside(file):
        file.create_dataset("stolen", shape=(100,), dtype="f8", external=[(str(secret), 0, 800)])

    with pytest.raises(ModelRefused, match="no plain array"):
        inspect(saved(tutorial(), points_outside))


@pytest.mark.parametrize("link", [h5py.SoftLink("/model_weights"), h5py.ExternalLink("/etc/passwd", "/")])
def test_links_are_refused(saved, link):
    def with_link(file):
        file["link"] = link

    with pytest.raises(ModelRefused, match="link"):
        inspect(saved(tutorial(), with_link))


def test_a_shape_that_would_fill_the_memory_is_refused(saved):
    def bomb(file):
        file.create_dataset("bomb", shape=(10**6, 10**6), dtype="f4", chunks=(1000, 1000))

    with pytest.raises(ModelRefused, match="weights"):
        inspect(saved(tutorial(), bomb))
