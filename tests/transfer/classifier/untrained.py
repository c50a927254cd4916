"""Classifiers as ``fit`` makes them, but without training, so that they answer on every backend."""

from typing import Any

import keras
import numpy as np

from amalthea.catalog import scaling_steps
from amalthea.images import Preparation
from amalthea.transfer import ImageClassifier
from amalthea.transfer.training.head import Head, attach
from tests.live_weights import set_live_weights
from tests.transfer.classifier.classes import small_network


def untrained(
    classes: int = 3, sure: float = 1.0, data_format: str = "channels_last", **parameters: Any
) -> ImageClassifier:
    """One with live weights, for pictures of 32 × 32 pixels.

    Args:
        classes: blue, green and red; of two, the last two.
        sure: what its scores before the softmax are multiplied with.
        data_format: of its network.
        parameters: of the classifier.
    """
    classifier = ImageClassifier(small_network(data_format), scaling="tf", **parameters)
    classifier.model_ = attach(classifier.model, None, Head(classes=classes, loss=classifier.loss))
    set_live_weights(classifier.model_)
    scores = classifier.model_.get_layer("head_scores")
    scores.set_weights([array * sure for array in scores.get_weights()])
    classifier.classes_ = np.array(["blue", "green", "red"][-classes:])
    classifier.preparation_ = Preparation(size=(32, 32), scaling=scaling_steps("tf"))
    classifier.variant_, classifier.history_, classifier.tuned_from_ = "", {}, None
    return classifier


def answers_of_keras(classifier: ImageClassifier, pictures: np.ndarray) -> np.ndarray:
    """Probabilities of all classes for pictures, RGB in [0, 255], by Keras itself."""
    scaled = (pictures.astype(np.float32) / 127.5 - 1).astype(np.float32)
    if classifier.model_.input_shape[1] == 3:
        scaled = scaled.transpose(0, 3, 1, 2)
    found = keras.ops.convert_to_numpy(classifier.model_(scaled, training=False))
    return np.hstack([1 - found, found]) if found.shape[1] == 1 else found


def varied(count: int, seed: int = 0) -> np.ndarray:
    """Pictures of which no two are alike: of every brightness and colour, with random spots. uint8, 32 × 32."""
    generator = np.random.default_rng(seed)
    colours = generator.uniform(0, 255, (count, 1, 1, 3))
    spots = generator.normal(0, 60, (count, 32, 32, 3))
    return (colours + spots).clip(0, 255).astype(np.uint8)
