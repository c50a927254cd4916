"""The last block of VGG16 learns, too: python examples/fine_tune_block5_of_vgg16.py DATA bottleneck_fc_model.keras.

The second step after train_on_bottleneck_features_of_vgg16.py, which wrote the classifier: the large errors of an
untrained one would spoil the pretrained layers below it, and for the same reason the learning rate is small. All layers
before block5_conv1 stay as they are, and each picture crosses them once. The result runs without Keras:
amalthea predict --model fine_tuned.onnx cat.jpg.
"""

import argparse
from pathlib import Path

import amalthea


def main(data, classifier, epochs, out):
    classifier = amalthea.ImageClassifier.load(classifier)
    before = classifier.evaluate(data / "validation").accuracy
    classifier.fine_tune(
        from_layer="block5_conv1",
        optimizer="sgd",  # with a momentum of 0.9
        learning_rate=1e-4,
        epochs=epochs,
        X=data / "train",
        validation=data / "validation",
    )
    classifier.save(out)
    after = classifier.evaluate(data / "validation").accuracy
    print(f"Validation accuracy: {before:.3f} before, {after:.3f} after")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="with the folders train and validation")
    parser.add_argument("classifier", type=Path, help="a .keras file")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--out", type=Path, default="fine_tuned.onnx")
    options = parser.parse_args()
    main(options.data, options.classifier, options.epochs, options.out)
