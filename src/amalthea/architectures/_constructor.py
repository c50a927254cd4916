"""The public function of a network."""

from collections.abc import Callable
from inspect import signature
from typing import ParamSpec

import keras

from ..catalog import variant
from ._build import Network, Request, assemble

P = ParamSpec("P")


def constructor(network: Network, arguments: Callable[P, Request]) -> Callable[P, keras.Model]:
    """The function of a network without settings of its own; it takes what ``arguments`` takes, and is documented."""

    def build(*args: P.args, **kwargs: P.kwargs) -> keras.Model:
        try:
            request = arguments(*args, **kwargs)
        except TypeError as problem:  # which would name the class of the arguments, that no user knows
            raise TypeError(str(problem).replace(f"{arguments.__qualname__}.__init__", network.variant)) from None
        return assemble(network, request)

    build.__name__ = build.__qualname__ = network.variant
    build.__doc__ = documentation(network.variant, any_size=network.body_takes_any_size)
    build.__signature__ = signature(arguments).replace(return_annotation=keras.Model)  # type: ignore[attr-defined]
    return build


def documentation(name: str, settings: str = "", any_size: bool = True) -> str:
    """The docstring of a network's function.

    Args:
        name: of the variant.
        settings: lines about arguments that this network alone has.
        any_size: whether sides may stay open.
    """
    row = variant(name)
    title, address = row.paper
    without_top = "and any size without" if any_size else "or without; a side cannot be None, for layers depend on it"
    return f"""Build {name}, with or without weights trained on ImageNet.

    Args:{settings}
        include_top: whether the classifier is part of the model.
        weights: ``"imagenet"``, the path of a weight file, or None for random weights.
        input_tensor: the pictures: an ``Input``, or the output of another layer or model.
        input_shape: shape of one picture in Keras' data format, sides of at least {row.min_size} pixels;
            None is ({row.size}, {row.size}, 3) with the classifier, {without_top}.
        pooling: without the classifier, ``"avg"`` or ``"max"`` turns the last feature map into features (N, C).
        classes: width of the classifier; 1000 with ``weights="imagenet"``.
        classifier_activation: ``"softmax"``; None returns logits.
        name: of the model; None takes Keras' own.

    Returns:
        A ``keras.Model``. It takes float32 pictures (N, H, W, 3), scaled by ``preprocess_input`` of its module in
        ``amalthea.applications`` (mode {row.scaling.value!r}), and returns scores (N, classes), or without the
        classifier feature maps (N, H', W', {row.features}).

    Raises:
        ArgumentError: an argument cannot be used; the message says which and what is allowed.
        MissingFileError, DownloadError, WeightsError: about the weight file.

    Source: {title}, {address}
    """
