"""Grad-CAM: the channels of a feature map, weighed by what they do for the score of a class."""

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...catalog import ScalingSteps
from ...errors import ArgumentError
from ...images import Picture, scale
from ...runtime.scores import as_probabilities
from .division import divided
from .gradients import slopes
from .subject import Found


def grad_cam(
    model: keras.Model, picture: Picture, scaling: ScalingSteps, layer: str | None, number: int | None
) -> Found:
    """Where a classifier sees a class (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2).

    Args:
        model: functional or ``Sequential``, from pictures to scores.
        picture: shape (H, W, 3), RGB in [0, 255], of the size that it takes.
        scaling: that it expects.
        layer: whose feature map is weighed; None for the one that ``divided`` takes.
        number: of the class; None for the most probable one.

    Raises:
        ArgumentError: see ``divided``; or the model returns no probabilities.
        UnsupportedLayerError: the model computes in a method of its own.
    """
    parts = divided(model, layer)
    pixels = scale(picture[np.newaxis], scaling)
    found = slopes(parts, pixels.transpose(0, 3, 1, 2) if parts.channels_first else pixels)
    width = found.scores.shape[1]
    probabilities = as_probabilities(found.scores, max(width, 2))
    if probabilities is None:
        raise ArgumentError(
            f"Model {model.name!r} returns no probabilities of classes. Build it with a softmax at its end "
            "(classifier_activation='softmax')."
        )
    chosen = int(probabilities[0].argmax()) if number is None else number
    wanted = np.zeros((1, width), np.float32)
    if width == 1:  # the score of the second class; what speaks against that speaks for the first
        wanted[0, 0] = 1 if chosen else -1
    else:
        wanted[0, chosen] = 1
    channels, gradients = _last(found.map, parts.channels_first), _last(found.by(wanted), parts.channels_first)
    weights = gradients.mean(axis=(0, 1))
    strengths = np.maximum(channels @ weights, 0)
    return Found(_enlarged(strengths, picture.shape[:2]), chosen, float(probabilities[0, chosen]), parts.layer)


def _last(maps: NDArray[np.float32], channels_first: bool) -> NDArray[np.float32]:
    """Of one picture, with the channels last."""
    return maps.transpose(0, 2, 3, 1)[0, ...] if channels_first else maps[0, ...]


def _enlarged(strengths: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A map in the size of its picture.

    Bicubic, where the paper is bilinear, so that the peak of a few wide cells may lie between their centres.
    """
    image = Image.fromarray(np.ascontiguousarray(strengths, np.float32))
    enlarged = np.array(image.resize(size[::-1], Image.Resampling.BICUBIC))
    return enlarged.clip(0)  # below which it may swing
