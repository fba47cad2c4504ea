"""Every layer that a model file may hold reads as Keras reads it."""

import numpy as np
import pytest

from formdigits.arrays import CROP_SHAPE
from formdigits.errors import ModelRefused
from formdigits.model_file import ACTIVATIONS, LAYERS
from formdigits.model_version import DEFAULT_MODEL, read_manifest
from worker.network import Network
from worker.network.layers import LAYERS as KNOWN

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]  # Keras, on NumPy 2

CROPS = np.random.default_rng(2026).random((5, *CROP_SHAPE), dtype=np.float32)


def some_weights(model):
    """Weights that leave no part of a layer without a say: none is zero, variances are positive, nothing explodes."""
    rng = np.random.default_rng(7)
    return [rng.uniform(0.2, 1, shape) * sign(rng, shape) / np.sqrt(np.prod(shape[:-1])) for shape in shapes(model)]


def shapes(model):
    return [tuple(weight.shape) for weight in model.weights]


def sign(rng, shape):
    return rng.choice([-1, 1], shape) if len(shape) > 1 else 1


def saved(tmp_path, *layers, shape=CROP_SHAPE, end="softmax"):
    """A file with a network of these layers and a last one of ten outputs; gives the network too."""
    import keras

    model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(10, activation=end)])
    model.set_weights(some_weights(model))
    path = tmp_path / "mnist_cnn.h5"
    model.save(path)
    return path, model


def manifest(**values):
    return read_manifest(DEFAULT_MODEL).model_copy(update={"n_classes": 10, **values})


def outputs(path, **values):
    return Network(path, manifest(**values), n_threads=1)(CROPS)


def same_as(expected, found):
    assert 0 < expected.max() < 0.99, "what is one or zero anyhow shows no difference"
    np.testing.assert_allclose(found, expected, atol=2e-5)


def chains():
    """For every layer, a chain that has it in several ways."""
    from keras import layers as k

    flat = k.Flatten
    return {
        "InputLayer": [flat()],
        "Dropout": [k.Dropout(0.5), flat()],
        "SpatialDropout2D": [k.SpatialDropout2D(0.5), flat()],
        "Conv2D": [k.Conv2D(4, (3, 5), strides=2, padding="same", activation="relu"), k.Conv2D(6, 3, groups=2), flat()],
        "DepthwiseConv2D": [k.Conv2D(3, 3), k.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), flat()],
        "SeparableConv2D": [k.Conv2D(3, 3), k.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"), flat()],
        "Dense": [k.Dense(3, activation="elu"), flat(), k.Dense(8, use_bias=False)],
        "MaxPooling2D": [k.MaxPooling2D((3, 2), strides=2, padding="same"), k.MaxPooling2D(), flat()],
        "AveragePooling2D": [k.AveragePooling2D(3, padding="same"), k.AveragePooling2D((2, 3), strides=1), flat()],
        "GlobalMaxPooling2D": [k.Conv2D(7, 5), k.GlobalMaxPooling2D()],
        "GlobalAveragePooling2D": [k.Conv2D(7, 5), k.GlobalAveragePooling2D()],
        "ZeroPadding2D": [k.Conv2D(2, 3), k.ZeroPadding2D(((1, 2), (3, 0))), flat()],
        "Flatten": [k.Conv2D(3, 3, dilation_rate=2), flat()],
        "Reshape": [k.Conv2D(3, 3), k.Reshape((13, 52, -1)), k.MaxPooling2D(), flat()],
        "BatchNormalization": [k.Conv2D(4, 3), k.BatchNormalization(), flat(), k.BatchNormalization(scale=False)],
        "LayerNormalization": [k.Conv2D(4, 3), k.LayerNormalization(), flat(), k.LayerNormalization(center=False)],
        "Activation": [k.Conv2D(4, 3), k.Activation("softmax"), flat(), k.Dense(9), k.Activation("tanh")],
        "ReLU": [k.Conv2D(4, 3), k.ReLU(max_value=0.5, negative_slope=0.1), flat()],
        "LeakyReLU": [k.Conv2D(4, 3), k.LeakyReLU(negative_slope=0.3), flat()],
        "ELU": [k.Conv2D(4, 3), k.ELU(alpha=0.7), flat()],
        "Softmax": [k.Conv2D(4, 3), k.Softmax(), flat()],
    }


def test_every_layer_that_is_allowed_is_known():
    assert KNOWN.keys() == LAYERS


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_layer_reads_as_in_keras(layer, tmp_path):
    path, model = saved(tmp_path, *chains()[layer])

    same_as(model.predict_on_batch(CROPS), outputs(path))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_an_activation_reads_as_in_keras(activation, tmp_path):
    from keras import layers as k

    path, model = saved(tmp_path, k.Conv2D(4, 3, strides=3, activation=activation), k.Flatten())

    same_as(model.predict_on_batch(CROPS), outputs(path))


@pytest.mark.parametrize("shape", [(28, 28), (784,)])
def test_networks_of_other_shapes_polarity_and_output_read_as_in_keras(shape, tmp_path):
    from keras import layers as k

    path, model = saved(tmp_path, k.Flatten(), k.Dense(6), shape=shape, end="linear")
    logits = model.predict_on_batch((1 - CROPS).reshape(-1, *shape))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    same_as(expected, outputs(path, polarity="ink_is_1"))


def test_what_a_layer_says_and_is_not_known_is_refused(tmp_path):
    from keras import layers as k

    path, _ = saved(tmp_path, k.GlobalMaxPooling2D(keepdims=True), k.Flatten())

    with pytest.raises(ModelRefused, match="keepdims"):
        outputs(path)
