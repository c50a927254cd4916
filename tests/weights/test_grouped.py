"""Depthwise kernels for grouped convolutions, in layers of Keras: both ways of computing the same."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest

from amalthea.errors import WeightsMismatchError
from amalthea.weights import load_weights

keras = pytest.importorskip("keras")

GROUPS, C = 4, 3
CHANNELS = GROUPS * C


def grouped_convolution(**settings):
    image = keras.Input((6, 5, CHANNELS))
    layer = keras.layers.Conv2D(CHANNELS, 3, groups=GROUPS, data_format="channels_last", name="conv", **settings)
    return keras.Model(image, layer(image))


def depthwise_and_sum():
    """As ResNeXt's weights were trained: c outputs a channel, added up over the channels of a group."""
    image = keras.Input((6, 5, CHANNELS))
    x = keras.layers.DepthwiseConv2D(3, depth_multiplier=C, use_bias=False, data_format="channels_last")(image)
    x = keras.layers.Reshape((4, 3, GROUPS, C, C))(x)
    return keras.Model(image, keras.layers.Reshape((4, 3, CHANNELS))(keras.ops.sum(x, axis=4)))


def write(path: Path, kernels: Sequence[np.ndarray]) -> Path:
    """A file of Keras 2 with one layer."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"conv"]
        group = file.create_group("conv")
        names = [f"conv/depthwise_kernel_{number}:0" for number in range(len(kernels))]
        group.attrs["weight_names"] = [name.encode() for name in names]
        for name, kernel in zip(names, kernels, strict=True):
            group[name] = kernel
    return path


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def test_a_depthwise_kernel_fills_a_grouped_convolution(tmp_path: Path) -> None:
    ours, theirs = grouped_convolution(use_bias=False), depthwise_and_sum()
    kernel, pictures = random(3, 3, CHANNELS, C), random(2, 6, 5, CHANNELS)
    theirs.set_weights([kernel])
    assert load_weights(ours, write(tmp_path / "depthwise.h5", [kernel])).loaded == ("conv",)
    assert ours.get_weights()[0].shape == (3, 3, C, CHANNELS)
    expected, found = (keras.ops.convert_to_numpy(model(pictures)) for model in (theirs, ours))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_grouped_kernel_stays_as_it_is(tmp_path: Path) -> None:
    model, kernel = grouped_convolution(use_bias=False), random(3, 3, C, CHANNELS)
    load_weights(model, write(tmp_path / "grouped.h5", [kernel]))
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_the_bias_beside_it_stays_as_it_is(tmp_path: Path) -> None:
    model, bias = grouped_convolution(), random(CHANNELS)
    load_weights(model, write(tmp_path / "bias.h5", [random(3, 3, CHANNELS, C), bias]))
    np.testing.assert_array_equal(model.get_weights()[1], bias)


def test_within_a_model_within_the_model(tmp_path: Path) -> None:
    inner, alone = grouped_convolution(use_bias=False), grouped_convolution(use_bias=False)
    path = write(tmp_path / "depthwise.h5", [random(3, 3, CHANNELS, C)])
    load_weights(alone, path)
    load_weights(keras.Sequential([keras.Input((6, 5, CHANNELS)), inner]), path)
    np.testing.assert_array_equal(inner.get_weights()[0], alone.get_weights()[0])


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("name", ["model.h5", "model.keras", "model.weights.h5"])
def test_a_grouped_kernel_with_the_shape_of_a_depthwise_one_stays_as_it_is(
    name: str, nested: bool, tmp_path: Path
) -> None:
    """(height, width, 4, 2): four channels to each of two groups, one output of each."""

    def model():
        image = keras.Input((6, 5, 8))
        alone = keras.Model(image, keras.layers.Conv2D(2, 3, groups=2, data_format="channels_last")(image))
        return keras.Sequential([keras.Input((6, 5, 8)), alone]) if nested else alone

    theirs, ours = model(), model()
    kernel = random(3, 3, 4, 2)
    theirs.set_weights([kernel, random(2)])
    (theirs.save_weights if name == "model.weights.h5" else theirs.save)(tmp_path / name)
    assert str(load_weights(ours, tmp_path / name)) == "1 layers loaded"
    np.testing.assert_array_equal(ours.get_weights()[0], kernel)


@pytest.mark.parametrize(
    "shape",
    [(3, 3, CHANNELS, C + 1), (3, 3, CHANNELS - GROUPS, C), (5, 5, CHANNELS, C), (3, 3, CHANNELS, 1), (3, CHANNELS, C)],
    ids=str,
)
def test_other_shapes_are_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    model = grouped_convolution(use_bias=False)
    before = model.get_weights()[0]
    with pytest.raises(WeightsMismatchError, match="does not fit this model; no weight was changed"):
        load_weights(model, write(tmp_path / "other.h5", [random(*shape)]))
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_a_convolution_without_groups_takes_no_kernel_with_exchanged_axes(tmp_path: Path) -> None:
    image = keras.Input((6, 5, C))
    model = keras.Model(image, keras.layers.Conv2D(CHANNELS, 3, use_bias=False, data_format="channels_last")(image))
    with pytest.raises(WeightsMismatchError, match="does not fit this model"):
        load_weights(model, write(tmp_path / "exchanged.h5", [random(3, 3, CHANNELS, C)]))
