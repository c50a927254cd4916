"""Features of a picture, to search or classify by: python examples/extract_features_with_vgg16.py cat.jpg [WEIGHTS].

They are saved beside the picture, as ``cat.npy``.
"""

import sys
from pathlib import Path

import numpy as np

from amalthea.applications.vgg16 import VGG16, preprocess_input
from amalthea.preprocessing import image


def main(picture, weights="imagenet"):
    model = VGG16(weights=weights, include_top=False)
    x = image.img_to_array(image.load_img(picture, target_size=(224, 224)))
    features = model.predict(preprocess_input(np.expand_dims(x, axis=0)), verbose=0)
    np.save(Path(picture).with_suffix(".npy"), features)
    print("Features:", features.shape)


if __name__ == "__main__":
    main(*sys.argv[1:])
