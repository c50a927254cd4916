"""A network on an input of yours: python examples/build_inceptionv3_on_your_own_input.py elephant.jpg [WEIGHTS].

Trained on pictures of 299 pixels, it here takes those of 224.
"""

import sys

import numpy as np

# before Keras, for which it chooses a backend that is installed
from amalthea.applications.inception_v3 import InceptionV3, decode_predictions, preprocess_input
from amalthea.preprocessing import image

# isort: split
from keras import Input


def main(picture, weights="imagenet"):
    # could also be the output of another layer or model
    input_tensor = Input(shape=(224, 224, 3))
    model = InceptionV3(input_tensor=input_tensor, weights=weights, include_top=True)
    x = image.img_to_array(image.load_img(picture, target_size=(224, 224)))
    x = preprocess_input(np.expand_dims(x, axis=0))
    print("Predicted:", decode_predictions(model.predict(x, verbose=0), top=3)[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
