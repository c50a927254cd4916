"""Models as people build them, on networks of their own or of the collection; each with arrays that it takes.

Their weights are the initial ones: ``alive`` sets others.
"""

import keras
import numpy as np
from keras import layers, ops

from amalthea.applications import MobileNet, mobilenet
from tests.live_weights import set_live_weights
from tests.runtime.agreement import numbers

LAST = {"data_format": "channels_last"}


def pixels(*shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(dtype)


def backbone(side=32, name="backbone"):
    """A small network whose feature map is 1/4 of the picture."""
    image = keras.Input((side, side, 3))
    x = image
    for number, filters in enumerate((8, 16)):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", name=f"{name}_conv_{number}", **LAST)(x)
        x = layers.BatchNormalization(name=f"{name}_norm_{number}")(x)
        x = layers.Activation("relu", name=f"{name}_relu_{number}")(x)
    model = keras.Model(image, x, name=name)
    return model


def alive(model):
    """A model, and all that are nested in it, with live weights."""
    set_live_weights(model)
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            alive(layer)
    return model


def nested_sequential():
    """As in the seeds: a network without its top, and a small Sequential on it."""
    base = MobileNet(alpha=0.25, weights=None, include_top=False, input_shape=(64, 64, 3))
    top = keras.Sequential(name="top")
    top.add(keras.Input(base.output_shape[1:]))
    top.add(layers.Flatten())
    top.add(layers.Dense(16, activation="relu", name="top_dense"))
    top.add(layers.Dropout(0.5))
    top.add(layers.Dense(1, activation="sigmoid", name="top_score"))
    model = keras.Sequential([keras.Input((64, 64, 3)), base, top])
    return model, [mobilenet.preprocess_input(pixels(2, 64, 64, 3))]


def on_the_outputs():
    """As in the seeds: layers on the output of a network, and one model of both."""
    base = backbone()
    x = layers.GlobalAveragePooling2D(name="own_pool")(base.output)
    x = layers.Dense(16, activation="relu", name="own_dense")(x)
    model = keras.Model(inputs=base.input, outputs=layers.Dense(7, activation="softmax", name="own_scores")(x))
    return model, [numbers(3, 32, 32, 3)]


def two_inputs():
    """A picture and what else is known of it."""
    image, facts = keras.Input((32, 32, 3), name="image"), keras.Input((4,), name="facts")
    x = layers.GlobalAveragePooling2D(**LAST)(backbone()(image))
    y = layers.Dense(8, activation="gelu", name="of_facts")(layers.BatchNormalization(name="norm_of_facts")(facts))
    joined = layers.Concatenate()([x, y])
    model = keras.Model({"facts": facts, "image": image}, layers.Dense(3, name="joint_scores")(joined))
    return model, {"facts": numbers(3, 4), "image": numbers(3, 32, 32, 3)}


def siamese():
    """One network for both pictures, and the distance of their features."""
    shared, pair = backbone(), [keras.Input((32, 32, 3), name="left"), keras.Input((32, 32, 3), name="right")]
    features = [ops.normalize(ops.mean(shared(image), axis=(1, 2))) for image in pair]
    distance = ops.sqrt(ops.sum((features[0] - features[1]) ** 2, axis=-1, keepdims=True) + 1e-6)
    likeness = layers.Dot(axes=-1)(features)
    return keras.Model(pair, [distance, likeness]), [numbers(3, 32, 32, 3), numbers(3, 32, 32, 3, seed=1)]


def preprocessing_inside():
    """Pixels in [0, 255] go in; the scaling is a part of the model."""
    image = keras.Input((32, 32, 3))
    x = backbone()(mobilenet.preprocess_input(image), training=False)
    x = layers.Dense(5, activation="softmax", name="scores")(layers.GlobalMaxPooling2D(**LAST)(x))
    model = keras.Model(image, x)
    return model, [pixels(2, 32, 32, 3)]


def augmentation_in_front():
    """Random layers, which do nothing when the model predicts."""
    varied = keras.Sequential(
        [
            layers.RandomFlip("horizontal", **LAST),
            layers.RandomRotation(0.1, **LAST),
            layers.RandomZoom(0.2, **LAST),
            layers.RandomContrast(0.1),
        ],
        name="augmentation",
    )
    image = keras.Input((32, 32, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(varied(image))
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D(**LAST)(backbone()(x)))
    model = keras.Model(image, layers.Dense(4, activation="softmax", name="varied_scores")(x))
    return model, [pixels(2, 32, 32, 3)]


def several_heads():
    """Outputs by name: a class, a box, and the features themselves."""
    image = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D(name="features", **LAST)(backbone()(image))
    kind = layers.Dense(6, activation="softmax", name="kind")(x)
    box = layers.Dense(4, activation="sigmoid", name="box")(x)
    model = keras.Model(image, {"kind": kind, "box": box, "features": x})
    return model, [numbers(3, 32, 32, 3)]


def u_net():
    """Down, up again, and what was on the way down beside what comes back."""
    image = keras.Input((None, None, 3))
    x, kept = image, []
    for number, filters in enumerate((4, 8)):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"down_{number}", **LAST)(x)
        kept.append(x)
        x = layers.MaxPooling2D(2, **LAST)(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="bottom", **LAST)(x)
    for number, (filters, other) in enumerate(zip((8, 4), reversed(kept), strict=True)):
        if number:
            x = layers.UpSampling2D(2, interpolation="bilinear", **LAST)(x)
        else:
            x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same", name="up", **LAST)(x)
        x = layers.Concatenate()([x, other])
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"after_{number}", **LAST)(x)
    model = keras.Model(image, layers.Conv2D(2, 1, activation="softmax", name="mask", **LAST)(x))
    return model, [numbers(2, 16, 24, 3)]


def squeeze_and_excite():
    """Once by layers, once by operations, as in MobileNetV3."""
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem", **LAST)(image)
    x = x * ops.relu6(x + 3.0) * (1.0 / 6.0)
    y = layers.GlobalAveragePooling2D(keepdims=True, **LAST)(x)
    y = layers.Conv2D(2, 1, activation="relu", name="squeeze", **LAST)(y)
    y = layers.Conv2D(8, 1, activation="hard_sigmoid", name="excite", **LAST)(y)
    x = layers.Multiply()([x, y])
    z = ops.reshape(ops.mean(x, axis=(1, 2)), (-1, 1, 1, 8))
    x = x * ops.sigmoid(layers.Dense(8, name="gate")(z))
    model = keras.Model(image, layers.GlobalAveragePooling2D(**LAST)(x))
    return model, [numbers(3, 16, 16, 3)]


def bytes_in():
    """Pictures as they are decoded, of any size."""
    image = keras.Input((None, None, 3), dtype="uint8")
    x = layers.Resizing(32, 32, **LAST)(image)
    x = layers.Rescaling(1 / 255)(x)
    x = layers.GlobalAveragePooling2D(**LAST)(backbone()(x))
    model = keras.Model(image, layers.Dense(3, name="of_bytes")(x))
    return model, [pixels(2, 40, 50, 3, dtype="uint8")]


def transformer():
    """Patches of a picture, one block of attention over them."""
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 4, strides=4, name="patches", **LAST)(image)
    x = ops.reshape(x, (-1, 16, 8)) + numbers(1, 16, 8, seed=5)
    y = layers.LayerNormalization(name="before_attention")(x)
    x = x + layers.MultiHeadAttention(2, 4, name="attention")(y, y)
    y = layers.Dense(16, activation="gelu", name="wide")(layers.LayerNormalization(name="before_dense")(x))
    x = layers.Add()([x, layers.Dense(8, name="narrow")(y)])
    model = keras.Model(image, layers.Dense(5, name="of_all")(ops.mean(x, axis=1)))
    return model, [numbers(2, 16, 16, 3)]


def autoencoder():
    """A model of two models, of which one is made of the other's output."""
    image = keras.Input((8, 8, 3), name="picture")
    x = layers.Flatten(name="flat", **LAST)(image)
    encoder = keras.Model(image, layers.Dense(4, activation="tanh", name="code")(x), name="encoder")
    code = keras.Input((4,), name="given_code")
    x = layers.Reshape((8, 8, 3))(layers.Dense(192, activation="sigmoid", name="decoded")(code))
    decoder = keras.Model(code, x, name="decoder")
    model = keras.Model(image, [decoder(encoder(image)), encoder(image)], name="autoencoder")
    return model, [numbers(3, 8, 8, 3)]


class Classifier(keras.Model):
    """A model of a class of its own that still is a graph."""

    def __init__(self, classes):
        image = keras.Input((32, 32, 3))
        x = layers.GlobalAveragePooling2D(**LAST)(backbone()(image))
        super().__init__(image, layers.Dense(classes, name="of_a_class")(x))

    def train_step(self, data):
        raise AssertionError("nobody trains it")


def a_class_of_its_own():
    model = Classifier(3)
    return model, [numbers(2, 32, 32, 3)]


def mixed_precision():
    """Half precision between layers, float32 in the weights: right to half precision, so to three digits."""
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, activation="relu", dtype="mixed_bfloat16", name="half", **LAST)(image)
    x = layers.GlobalAveragePooling2D(dtype="mixed_bfloat16", **LAST)(x)
    x = layers.Dense(4, dtype="mixed_bfloat16", name="half_dense")(x)
    model = keras.Model(image, layers.Activation("softmax", dtype="float32")(x))
    return model, [numbers(3, 16, 16, 3)]


MODELS = [
    nested_sequential,
    on_the_outputs,
    two_inputs,
    siamese,
    preprocessing_inside,
    augmentation_in_front,
    several_heads,
    u_net,
    squeeze_and_excite,
    bytes_in,
    transformer,
    autoencoder,
    a_class_of_its_own,
]
