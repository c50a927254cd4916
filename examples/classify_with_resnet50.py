"""Name what is on a picture: python examples/classify_with_resnet50.py elephant.jpg [WEIGHTS]."""

import sys

import numpy as np

from amalthea.applications.resnet50 import ResNet50, decode_predictions, preprocess_input
from amalthea.preprocessing import image


def main(picture, weights="imagenet"):
    model = ResNet50(weights=weights)
    x = image.img_to_array(image.load_img(picture, target_size=(224, 224)))
    x = preprocess_input(np.expand_dims(x, axis=0))
    print("Predicted:", decode_predictions(model.predict(x, verbose=0), top=3)[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
