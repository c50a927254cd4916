"""The output of a layer in the middle: python examples/extract_features_of_any_layer_with_vgg19.py cat.jpg [WEIGHTS].

It is saved beside the picture, as ``cat.npy``.
"""

import sys
from pathlib import Path

import numpy as np

# before Keras, for which it chooses a backend that is installed
from amalthea.applications.vgg19 import VGG19, preprocess_input
from amalthea.preprocessing import image

# isort: split
from keras import Model


def main(picture, weights="imagenet"):
    base_model = VGG19(weights=weights, include_top=False)  # the classifier would be a download of 500 MB more
    model = Model(inputs=base_model.input, outputs=base_model.get_layer("block4_pool").output)
    x = image.img_to_array(image.load_img(picture, target_size=(224, 224)))
    block4_pool_features = model.predict(preprocess_input(np.expand_dims(x, axis=0)), verbose=0)
    np.save(Path(picture).with_suffix(".npy"), block4_pool_features)
    print("Features of block4_pool:", block4_pool_features.shape)


if __name__ == "__main__":
    main(*sys.argv[1:])
