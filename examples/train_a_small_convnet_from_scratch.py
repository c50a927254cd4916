"""Cats or dogs, with nothing learned before: python examples/train_a_small_convnet_from_scratch.py DATA.

DATA has the folders train and validation, each with one folder of pictures a class, of which there are two. Three small
convolutions learn from pictures that are sheared, zoomed and flipped at random, so that none comes twice; the best
epoch is kept. What a pretrained network makes of the same pictures, in less time, shows
train_on_bottleneck_features_of_vgg16.py.
"""

import argparse
from pathlib import Path

# before Keras, for which it chooses a backend that is installed
from amalthea.preprocessing.image import ImageDataGenerator

# isort: split
import keras
from keras import layers


def convnet(size):
    """The network of the tutorial of 2016."""
    model = keras.Sequential([keras.Input((size, size, 3))])
    for filters in (32, 32, 64):
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main(data, size, epochs, out):
    # The tutorial's shear_range=0.2 was radians, which Keras took until 2.1.2: 11.5 degrees.
    training = ImageDataGenerator(rescale=1 / 255, shear_range=11.5, zoom_range=0.2, horizontal_flip=True)
    pictures = training.flow_from_directory(data / "train", (size, size), batch_size=16, class_mode="binary", seed=1)
    validation = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
        data / "validation", (size, size), batch_size=16, class_mode="binary", shuffle=False
    )
    model = convnet(size)
    best = keras.callbacks.ModelCheckpoint(out, monitor="val_accuracy", save_best_only=True)
    history = model.fit(pictures, epochs=epochs, validation_data=validation, callbacks=[best]).history
    print(f"Best validation accuracy: {max(history['val_accuracy']):.3f}")

    scores = keras.saving.load_model(out).predict(validation, verbose=0)[:, 0]
    negative, positive = sorted(validation.class_indices, key=validation.class_indices.get)
    for name, score in list(zip(validation.filenames, scores, strict=True))[:5]:
        print(f"{name}: {positive if score > 0.5 else negative} ({max(score, 1 - score):.2f})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--size", type=int, default=150, help="of the pictures in pixels")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--out", type=Path, default="first_try.keras")
    options = parser.parse_args()
    main(options.data, options.size, options.epochs, options.out)
