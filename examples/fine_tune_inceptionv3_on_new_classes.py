"""InceptionV3 with a head for 200 classes of your own: python examples/fine_tune_inceptionv3_on_new_classes.py FOLDER.

FOLDER has one folder of pictures a class. First the new layers learn, then the top two inception blocks with them.
Frozen layers return the same in every epoch, so amalthea.cut divides the model where they end: pictures cross them
once, and Keras trains the rest, whose layers are those of the model.
"""

import argparse
from pathlib import Path

import numpy as np

# before Keras, for which it chooses a backend that is installed
import amalthea
from amalthea.applications.inception_v3 import InceptionV3, preprocess_input
from amalthea.preprocessing import image

# isort: split
from keras import Model
from keras.layers import Dense, GlobalAveragePooling2D
from keras.optimizers import SGD


def main(folder, weights, size, epochs, out):
    pictures, labels = load(folder, size)

    base_model = InceptionV3(weights=weights, include_top=False, input_shape=(size, size, 3))
    x = GlobalAveragePooling2D()(base_model.output)
    x = Dense(1024, activation="relu")(x)
    predictions = Dense(200, activation="softmax")(x)
    model = Model(inputs=base_model.input, outputs=predictions)

    for layer in base_model.layers:
        layer.trainable = False
    train(model, pictures, labels, "rmsprop", epochs)

    # mixed8 is the 249th layer; after it come the top two inception blocks
    first = base_model.layers.index(base_model.get_layer("mixed8")) + 1
    for layer in base_model.layers[first:]:
        layer.trainable = True
    train(model, pictures, labels, SGD(learning_rate=0.0001, momentum=0.9), epochs)
    model.save(out)


def train(model, pictures, labels, optimizer, epochs):
    frozen, rest = amalthea.cut(model)
    features = amalthea.predictor(frozen)(pictures)
    print(f"Trained on features of {frozen.layers[-1].name}, {features.shape[1:]}:")
    rest.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    rest.fit(features, labels, epochs=epochs, verbose=2)


def load(folder, size):
    paths = sorted(folder.glob("*/*.jpg"))
    classes = sorted({path.parent.name for path in paths})
    pictures = [image.img_to_array(image.load_img(path, target_size=(size, size))) for path in paths]
    return preprocess_input(np.stack(pictures)), np.array([classes.index(path.parent.name) for path in paths])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--weights", default="imagenet", help="imagenet, the path of a weight file, or none: random ones"
    )
    parser.add_argument("--size", type=int, default=299, help="side of the pictures in pixels, at least 75")
    parser.add_argument("--epochs", type=int, default=10, help="of each of the two steps")
    parser.add_argument("--out", type=Path, default="inceptionv3_on_new_classes.keras")
    options = parser.parse_args()
    weights = None if options.weights == "none" else options.weights
    main(options.folder, weights, options.size, options.epochs, options.out)
