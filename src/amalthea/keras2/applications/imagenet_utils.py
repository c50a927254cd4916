"""The names of ``keras.applications.imagenet_utils``."""

from collections.abc import Sequence

from ...applications import imagenet_utils as today
from ...errors import ArgumentError, ArgumentTypeError
from .._spelling.data_formats import todays_data_format
from ._old_arguments import function

preprocess_input = function(today.preprocess_input)
decode_predictions = function(today.decode_predictions)


def _obtain_input_shape(
    input_shape: Sequence[int | None] | None,
    default_size: int,
    min_size: int,
    data_format: str | None = None,
    require_flatten: bool | None = None,
    weights: str | None = None,
    *,
    dim_ordering: str | None = None,
    include_top: bool | None = None,
) -> tuple[int | None, ...]:
    """The shape of one picture for a network, as scripts with networks of their own ask for it.

    Args:
        input_shape: as their caller gave it; None means the default.
        default_size: side in pixels of the pictures that a network with its classifier takes.
        min_size: the smallest side in pixels.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        require_flatten: whether the size must be known, because of a classifier.
        weights: "imagenet" or None; weights of ImageNet need three channels, and with a classifier the default size.
        dim_ordering: what Keras 1 called the data format, "tf" or "th".
        include_top: what Keras before 2.0.7 called ``require_flatten``.

    Raises:
        ArgumentError: the shape cannot be used.
        ArgumentTypeError: neither ``require_flatten`` nor ``include_top`` is given.
    """
    import keras

    flatten = include_top if require_flatten is None else require_flatten
    if flatten is None:
        raise ArgumentTypeError("_obtain_input_shape needs require_flatten, which was include_top before Keras 2.0.7.")
    data_format = todays_data_format(dim_ordering or data_format) or keras.config.image_data_format()
    first = data_format == "channels_first"
    pretrained = weights == "imagenet"
    channels = 3
    if input_shape is not None:
        channels = _check_shape(input_shape, min_size, first, pretrained)
    default = _with_channels((default_size, default_size), channels, first)
    if flatten and pretrained and input_shape is not None and tuple(input_shape) != default:
        raise ArgumentError(
            f"input_shape={tuple(input_shape)}; with weights='imagenet' and the classifier it must be {default}. Use "
            "include_top=False and a classifier of your own."
        )
    if input_shape is None:
        return default if flatten else _with_channels((None, None), channels, first)
    if flatten and None in input_shape:
        raise ArgumentError(f"input_shape={tuple(input_shape)}; the classifier needs fixed sides, such as {default}.")
    return tuple(input_shape)


def _check_shape(shape: Sequence[int | None], least: int, first: bool, pretrained: bool) -> int:
    """The number of channels of a shape that can be used."""
    if len(shape) != 3:
        raise ArgumentError(f"input_shape={tuple(shape)} is no shape of a picture, such as (224, 224, 3).")
    channels, sides = (shape[0], shape[1:]) if first else (shape[-1], shape[:-1])
    if channels is None or (pretrained and channels != 3):
        raise ArgumentError(f"input_shape={tuple(shape)} has {channels} channels; weights='imagenet' need 3.")
    if any(side is not None and side < least for side in sides):
        raise ArgumentError(f"input_shape={tuple(shape)}; the sides must be at least {least} pixels.")
    return channels


def _with_channels(sides: tuple[int | None, int | None], channels: int, first: bool) -> tuple[int | None, ...]:
    return (channels, *sides) if first else (*sides, channels)


__all__ = ["decode_predictions", "preprocess_input"]
