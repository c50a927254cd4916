"""Models of Keras 2 in its own process: ``python -m tests.keras2.saving.tf_keras_models FOLDER NAME…``.

It puts models with live weights into the folder as HDF5: the weights of all, and those that are named whole as well;
with the answers of each and the classes of its layers. Then it says ``written``. After a line of input it opens the
files that the tests wrote meanwhile, and adds the answers that Keras 2 gives with them. It is one process, for what
takes long is to import TensorFlow and to build the networks.
"""

import json
import math
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import tf_keras as keras
from tf_keras.src.applications.densenet import DenseNet

layers = keras.layers
applications = keras.applications


def nested(name: str = "nested") -> keras.Model:
    """A convolutional base, frozen, within a model; and a stack within it."""
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    base = keras.Model(image, layers.BatchNormalization()(x), name="base")
    head = keras.Sequential(
        [layers.Flatten(), layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dense(2)],
        name="head",
    )
    picture = keras.Input((16, 16, 3))
    base.trainable = False
    return keras.Model(picture, head(base(picture, training=False)), name=name)


def mixed() -> keras.Model:
    """Two inputs, a shared layer, many kinds of layers."""
    left, right = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    shared = layers.Conv2D(4, 3, padding="same", name="shared", kernel_regularizer=keras.regularizers.l2(0.01))
    x = layers.add([shared(left), shared(right)])
    x = layers.LeakyReLU(alpha=0.2)(layers.BatchNormalization(axis=[3], scale=False)(x))
    x = layers.SeparableConv2D(4, 3)(layers.ZeroPadding2D(1)(x))
    x = layers.DepthwiseConv2D(3, activation="relu6")(x)
    x = layers.Conv2DTranspose(4, 3, strides=2)(layers.SpatialDropout2D(0.1)(x))
    x = layers.concatenate([layers.MaxPooling2D(3)(x), layers.AveragePooling2D(3)(x)])
    x = layers.PReLU(shared_axes=[1, 2])(layers.UpSampling2D()(x))
    x = layers.Reshape((-1, 8))(layers.Cropping2D(1)(x))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(layers.TimeDistributed(layers.Dense(4))(x))
    x = layers.GRU(4)(layers.GaussianNoise(0.1)(x))
    outputs = [layers.Dense(2, name="a")(x), layers.Activation("tanh", name="b")(layers.Dense(3)(x))]
    return keras.Model([left, right], outputs, name="mixed")


def stack() -> keras.Model:
    """What the tutorial trains from nothing."""
    model = keras.Sequential(
        [
            layers.Conv2D(8, (3, 3), input_shape=(16, 16, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(4, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
    generator = np.random.default_rng(0)
    for _ in range(3):
        model.train_on_batch(generator.normal(size=(4, 16, 16, 3)), np.array([0, 1, 0, 1]))
    return model


def old_optimizer() -> keras.Model:
    """With the optimizer of the time before TensorFlow 2.11."""
    model = keras.Sequential([layers.Dense(3, input_shape=(5,)), layers.Dense(3), layers.Dense(1)])
    model.compile(keras.optimizers.legacy.RMSprop(learning_rate=1e-2, decay=0.1), "mse", metrics=["mae"])
    for _ in range(3):
        model.train_on_batch(np.ones((4, 5)), np.zeros(4))
    return model


SMALL: dict[str, Callable[[], keras.Model]] = {
    "nested": nested,
    "mixed": mixed,
    "stack": stack,
    "old_optimizer": old_optimizer,
}
NETWORKS: dict[str, Callable[[], keras.Model]] = {
    "VGG16": lambda: applications.VGG16(include_top=False, weights=None, input_shape=(48, 48, 3)),
    "ResNet50": lambda: applications.ResNet50(include_top=False, weights=None, input_shape=(48, 48, 3)),
    "DenseNet": lambda: DenseNet([2, 2, 2, 2], include_top=False, weights=None, input_shape=(48, 48, 3)),
    "MobileNet": lambda: applications.MobileNet(
        input_shape=(64, 64, 3), alpha=0.25, weights=None, classifier_activation=None
    ),
    "MobileNetV2": lambda: applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=0.35, weights=None, classifier_activation=None
    ),
    "Xception": lambda: applications.Xception(include_top=False, weights=None, input_shape=(75, 75, 3)),
}


def set_live_weights(model: keras.Model) -> None:
    """As ``tests.live_weights``, for the variables of Keras 2."""
    generator = np.random.default_rng(7)
    for variable in model.weights:
        shape, name = tuple(variable.shape), variable.name.rpartition("/")[2]
        if "kernel" in name:
            inputs = math.prod(shape[:2] if "depthwise" in name else shape[:-1])
            value = generator.standard_normal(shape, "float32") * math.sqrt(2 / inputs)
        elif name.startswith(("gamma", "moving_variance")):
            value = generator.uniform(0.5, 1.5, shape)
        else:
            value = generator.standard_normal(shape) * 0.1
        variable.assign(value.astype("float32"))


def pictures(model: keras.Model) -> list[np.ndarray]:
    """Two pictures for each input."""
    generator = np.random.default_rng(1)
    return [generator.standard_normal((2, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]


def answers(model: keras.Model) -> dict[str, np.ndarray]:
    """What goes in and what comes out."""
    inputs = pictures(model)
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return {
        **{f"input_{number}": array for number, array in enumerate(inputs)},
        **{f"output_{number}": np.asarray(array) for number, array in enumerate(outputs)},
    }


def write(folder: Path, whole: Collection[str]) -> dict[str, keras.Model]:
    """Write all models, some of them whole, and return them by their names."""
    models = {name: build() for name, build in {**SMALL, **NETWORKS}.items()}
    for name, model in models.items():
        if name not in ("stack", "old_optimizer"):  # these are trained, and have an optimizer
            set_live_weights(model)
        if name in whole:
            model.save(folder / f"{name}.h5")
        model.save_weights(folder / f"{name}_weights.h5")
        np.savez(folder / f"{name}.npz", **answers(model))
    classes = {name: sorted({type(layer).__name__ for layer in model.layers}) for name, model in models.items()}
    (folder / "classes.json").write_text(json.dumps(classes))
    return models


def read(folder: Path, models: dict[str, keras.Model]) -> None:
    """Open what the tests wrote: weights in the models that are there, emptied; whole models anew."""
    for path in sorted(folder.glob("*.h5")):
        if path.stem.endswith("_weights"):
            model = models[path.stem.removesuffix("_weights")]
            for variable in model.weights:
                variable.assign(np.zeros(variable.shape))
            model.load_weights(path)
        else:
            model = keras.models.load_model(path)
        state = model.optimizer.variables if getattr(model, "optimizer", None) else []
        state = state() if callable(state) else state
        kept = {f"state_{number:02}": array.numpy() for number, array in enumerate(state)}
        np.savez(path.with_suffix(".npz"), **answers(model), **kept)


def main(folder: Path, *whole: str) -> None:
    models = write(folder, whole)
    sys.stdout.write("written\n")
    sys.stdout.flush()
    if sys.stdin.readline():
        read(folder / "ours", models)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
