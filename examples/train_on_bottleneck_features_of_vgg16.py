"""Cats or dogs, from a few hundred pictures: python examples/train_on_bottleneck_features_of_vgg16.py DATA.

DATA has the folders train and validation, each with one folder of pictures a class, of which there are two. Every
picture crosses VGG16 once: its last feature maps, the "bottleneck features", are kept in the cache folder, and only the
small classifier on top learns. Pixels are scaled as VGG16's weights expect, not by 1/255 as in the tutorial of 2016.
"""

import argparse
from pathlib import Path

import amalthea


def main(data, weights, epochs, out):
    classifier = amalthea.ImageClassifier(
        "VGG16",
        weights=weights,
        image_size=150,
        pooling="flatten",
        hidden=[256],
        dropout=0.5,
        loss="binary_crossentropy",
        optimizer="rmsprop",
        epochs=epochs,
        batch_size=16,
    )
    classifier.fit(data / "train", validation=data / "validation")
    classifier.save(out)
    print(classifier.evaluate(data / "validation"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--weights", default="imagenet", help="imagenet, the path of a weight file, or none: random ones"
    )
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--out", type=Path, default="bottleneck_fc_model.keras")
    options = parser.parse_args()
    main(options.data, None if options.weights == "none" else options.weights, options.epochs, options.out)
