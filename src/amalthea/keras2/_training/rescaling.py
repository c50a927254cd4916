"""Pictures that are scaled otherwise than a pretrained network wants them."""

from typing import Any

from ...catalog import Scaling
from .._models.networks import filled_network_of
from .._spelling import advise

_WANTED = {
    Scaling.CAFFE: "BGR pixels minus a mean, about [-124, 151]",
    Scaling.TF: "pixels in [-1, 1]",
    Scaling.TORCH: "pixels minus a mean over a deviation, about [-2.1, 2.6]",
    Scaling.LITE: "pixels in about [-1, 1]",
}


def say_if_rescaled(model: Any, data: Any) -> None:
    """Say so where an ``ImageDataGenerator`` only rescales what a network of the collection gets.

    One that trains from scratch learns any scale: nothing is said of it.

    Args:
        model: which may contain such a network.
        data: of the call; only iterators of an ``ImageDataGenerator`` tell how they scale.
    """
    generator = getattr(data, "image_data_generator", None)
    rescale = getattr(generator, "rescale", None)
    if not rescale or getattr(generator, "preprocessing_function", None):
        return
    row = filled_network_of(model)
    if row is not None:
        advise(
            f"rescale={rescale:.4g} gives {row.name} pixels in [0, {255 * rescale:.3g}]; its weights were trained on "
            f"{_WANTED[Scaling(row.scaling)]}. Did you mean preprocessing_function=preprocess_input, without rescale?"
        )
