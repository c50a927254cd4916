"""Two models of the same layers, frozen in one: python examples/freeze_and_share_layers.py FOLDER.

FOLDER has one folder of pictures a class. A frozen layer keeps its weights in training. Whether it is frozen is read
when a model is compiled and trained, so it is said just before; Keras 1 and 2 remembered it from compile on.
"""

import argparse
from pathlib import Path

import numpy as np

# before Keras, for which it chooses a backend that is installed
from amalthea.applications.mobilenet import MobileNet, preprocess_input
from amalthea.preprocessing import image

# isort: split
from keras import Model
from keras.layers import Dense
from keras.optimizers import SGD

SIZE = 128


def main(folder, weights, alpha, epochs):
    pictures, labels, classes = load(folder)
    base = MobileNet(alpha=alpha, weights=weights, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3))
    scores = Dense(len(classes), activation="softmax")(base.output)
    frozen_model = Model(base.input, scores)
    trainable_model = Model(base.input, scores)

    base.trainable = False
    frozen_model.compile("rmsprop", "sparse_categorical_crossentropy")
    before = base.get_weights()
    frozen_model.fit(pictures, labels, epochs=epochs, verbose=2)
    print("Frozen: {} of {} arrays changed".format(*changed(before, base)))

    for layer in base.layers[base.layers.index(base.get_layer("conv_dw_13")) :]:  # the last block
        layer.trainable = True
    trainable_model.compile(SGD(learning_rate=1e-3, momentum=0.9), "sparse_categorical_crossentropy")
    answers = frozen_model.predict(pictures, verbose=0)
    trainable_model.fit(pictures, labels, epochs=epochs, verbose=2)
    print("Last block trainable: {} of {} arrays changed".format(*changed(before, base)))
    difference = np.abs(frozen_model.predict(pictures, verbose=0) - answers).max()
    print(f"The other model has the same layers: its probabilities changed by up to {difference:.3f}")


def changed(before, base):
    return sum(not np.array_equal(old, new) for old, new in zip(before, base.get_weights(), strict=True)), len(before)


def load(folder):
    paths = sorted(folder.glob("*/*.jpg"))
    classes = sorted({path.parent.name for path in paths})
    pictures = [image.img_to_array(image.load_img(path, target_size=(SIZE, SIZE))) for path in paths]
    labels = np.array([classes.index(path.parent.name) for path in paths])
    return preprocess_input(np.stack(pictures)), labels, classes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--weights", default="imagenet", help="imagenet, the path of a weight file, or none: random ones"
    )
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--epochs", type=int, default=2, help="of each of the two models")
    options = parser.parse_args()
    main(options.folder, None if options.weights == "none" else options.weights, options.alpha, options.epochs)
