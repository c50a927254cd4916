"""Files and answers of keras-applications 1.0.8, which published ResNeXt's weights, with live weights.

``python -m tests.architectures.resnext_reference NAME SIDE FOLDER`` writes ``top.h5``, ``notop.h5``, ``answers.npz``.
It runs on tf_keras, the last Keras that this package works with, in a process of its own.
"""

import math
import sys
from pathlib import Path

import keras_applications.resnext
import numpy as np
import tf_keras


def built(name, side, **arguments):
    submodules = {part: getattr(tf_keras, part) for part in ("backend", "layers", "models", "utils")}
    network = getattr(keras_applications.resnext, name)
    return network(weights=None, input_shape=(side, side, 3), **arguments, **submodules)


def drawn(generator, variable):
    kind = variable.name.rpartition("/")[2].removesuffix(":0")
    shape = tuple(variable.shape)
    if kind in ("gamma", "moving_variance"):
        return generator.uniform(0.5, 1.5, shape)
    if kind == "depthwise_kernel":  # the outputs of a group's channels are added up, as many as each has outputs
        return generator.standard_normal(shape) * math.sqrt(2 / (shape[0] * shape[1] * shape[3]))
    if kind == "kernel":
        return generator.standard_normal(shape) * math.sqrt(2 / math.prod(shape[:-1]))
    return generator.standard_normal(shape) * 0.1


def main(name, side, folder):
    full = built(name, int(side))
    generator = np.random.default_rng(0)
    full.set_weights([drawn(generator, variable) for variable in full.weights])
    full.layers[-1].activation = tf_keras.activations.linear
    headless = built(name, int(side), include_top=False)
    headless.set_weights(full.get_weights()[:-2])
    pictures = generator.standard_normal((2, *full.input_shape[1:]), dtype=np.float32)
    logits, features = (model(pictures, training=False).numpy() for model in (full, headless))
    full.save_weights(Path(folder, "top.h5"))
    headless.save_weights(Path(folder, "notop.h5"))
    names = [layer.name for layer in full.layers if layer.weights]
    np.savez(Path(folder, "answers.npz"), pictures=pictures, logits=logits, features=features, names=names)


if __name__ == "__main__":
    main(*sys.argv[1:])
