"""Writes a network with Keras 2 in every format it has: ``python -m tests.weights.formats.tf_keras_files FOLDER``."""

import sys
from pathlib import Path

import numpy as np
import tf_keras as keras

layers = keras.layers


def network() -> keras.Model:
    inner = [layers.Conv2D(4, 1, name="a"), layers.BatchNormalization(name="norm"), layers.Conv2D(4, 1, name="b")]
    image = keras.Input((8, 8, 3))
    x = layers.SeparableConv2D(4, 3, name="separable")(image)
    x = keras.Sequential(inner, name="inner")(x)
    x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = layers.Dropout(0.5)(layers.BatchNormalization(name="last_norm", scale=False)(x))
    return keras.Model(image, layers.Dense(2, name="predictions")(layers.Flatten()(x)))


def main(folder: Path) -> None:
    model = network()
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 8, 8, 3)), np.ones((2, 2)))
    generator = np.random.default_rng(1)
    model.set_weights([generator.normal(size=array.shape) for array in model.get_weights()])
    for name in ("whole.h5", "whole.keras"):
        model.save(folder / name)
    for name in ("weights.h5", "new.weights.h5"):
        model.save_weights(folder / name)
    np.savez(folder / "expected.npz", *model.get_weights())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
