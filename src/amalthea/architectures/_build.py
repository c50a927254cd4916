"""From a network's body to a ``keras.Model``: every rule about a constructor's arguments stands here, once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from numbers import Integral
from os import PathLike
from os.path import isfile
from types import MappingProxyType
from typing import Any, NamedTuple

import keras

from .. import _keras
from ..catalog import Variant, variant
from ..errors import ArgumentError, MissingFileError, warn
from ..weights import find_weights
from ._blocks import by_axis, pooled_top
from ._loading import fill, look_into, official_file

Tensor = Any  # a keras.KerasTensor; Keras carries no types
Shape = Sequence[int | None]
_OWN_TOP = "Use include_top=False and a classifier of your own."


class Network(NamedTuple):
    """How one variant is built.

    Attributes:
        variant: its name in the catalogue.
        body: pictures, (N, H, W, C), to the last feature map.
        top: last feature map, number of classes and activation to scores, (N, classes).
        body_takes_any_size: whether the same layers serve pictures of every size; if not, sides cannot be None.
        top_takes_any_size: whether the classifier fits feature maps of every size.
        pool_names: names of the layers that ``pooling="avg"`` and ``"max"`` add; None lets Keras number them.
        editions: bodies for weights that were trained in another one, by the name that the weights' reader gives them.
    """

    variant: str
    body: Callable[[Tensor], Tensor]
    top: Callable[[Tensor, int, Any], Tensor] = pooled_top
    body_takes_any_size: bool = True
    top_takes_any_size: bool = True
    pool_names: tuple[str | None, str | None] = (None, None)
    editions: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments that all constructors share, in Keras' order, as the caller gave them.

    Attributes:
        include_top: whether the classifier is part of the model.
        weights: ``"imagenet"``, the path of a weight file, or None for random weights.
        input_tensor: the pictures: an ``Input``, or the output of another layer or model.
        input_shape: shape of one picture in Keras' data format; sides may be None where the network allows it.
        pooling: without top, ``"avg"`` or ``"max"`` turns the last feature map into features of shape (N, C).
        classes: width of the classifier.
        classifier_activation: activation of the classifier; None returns logits.
        name: name of the model; None takes Keras' own.
    """

    include_top: bool = True
    weights: str | PathLike[str] | None = "imagenet"
    input_tensor: Tensor | None = None
    input_shape: Shape | None = None
    pooling: str | None = None
    classes: int = 1000
    classifier_activation: Any = "softmax"
    name: str | None = None

    @property
    def pretrained(self) -> bool:
        return isinstance(self.weights, str) and self.weights == "imagenet"


def assemble(network: Network, request: Request, alpha: float = 1.0, row: Variant | None = None) -> keras.Model:
    """Check the request, build the network, fill it.

    Args:
        alpha: width of the network relative to the paper's; it chooses among the official weight files.
        row: of a network that the catalogue does not have and nobody trained; None takes the catalogue's.

    Raises:
        ArgumentError: an argument cannot be used; the message says which and what is allowed.
        MissingFileError, DownloadError, WeightsError: about the weight file.
    """
    spec = row or variant(network.variant)
    _check_choices(spec, request)
    shape = _picture_shape(spec, request, network)
    rows, columns, _ = by_axis(shape)
    side = rows if rows == columns else None
    file = official_file(spec, top=request.include_top, alpha=alpha, side=side) if request.pretrained else None
    path = find_weights(file) if file else request.weights
    weights = None if path is None else look_into(path, spec, file)
    _keras.pin_openvino_precision()

    image = keras.Input(shape) if request.input_tensor is None else request.input_tensor
    sources = keras.utils.get_source_inputs(image)
    inputs = sources[0] if len(sources) == 1 else sources
    name = request.name or spec.keras_name.format(alpha=alpha, size=file.size if file else rows)
    with _keras.no_initial_values() if weights else nullcontext():
        output = _output(network, request, image, weights.edition if weights else "")
        model = keras.Model(inputs, output, name=name)
    # with layers of somebody else in front, nobody knows which pixels the model expects
    if inputs is image and row is None:
        model._amalthea_variant = spec.name
        model._amalthea_scaling = weights.scaling if weights else None
        model._amalthea_filled = weights is not None
    if weights:
        others = () if inputs is image else keras.Model(inputs, image).layers
        own = [layer for layer in model.layers if layer not in others]
        fill(own, weights)
        _keras.initialize(model)
    return model


def _output(network: Network, request: Request, image: Tensor, edition: str) -> Tensor:
    """Pictures to what the model returns."""
    features = (network.editions[edition] if edition else network.body)(image)
    if request.include_top:
        return network.top(features, request.classes, request.classifier_activation)
    if request.pooling == "avg":
        return keras.layers.GlobalAveragePooling2D(name=network.pool_names[0])(features)
    if request.pooling == "max":
        return keras.layers.GlobalMaxPooling2D(name=network.pool_names[1])(features)
    return features


def _check_choices(spec: Variant, request: Request) -> None:
    """Everything that can be said before a shape is known."""
    top, classes, activation = request.include_top, request.classes, request.classifier_activation
    require = partial(_require, spec.name)
    require(top in (True, False), f"include_top={top!r}; allowed are True and False.")
    require(request.pooling in (None, "avg", "max"), f"pooling={request.pooling!r}; allowed are None, 'avg' and 'max'.")
    require(_positive_whole(classes), f"classes={classes!r} is not a positive whole number.")
    if top and request.pretrained:
        require(classes == 1000, f"classes={classes}, but the classifier of weights='imagenet' has 1000. {_OWN_TOP}")
        softmax_or_none = ("softmax", None, keras.activations.softmax, keras.activations.linear)
        trained = activation in softmax_or_none
        require(trained, f"classifier_activation={activation!r}; weights='imagenet' have 'softmax', or None: logits.")
    readable = request.weights is None or isinstance(request.weights, str | PathLike)
    require(readable, f"weights={request.weights!r}; allowed are None, 'imagenet' and the path of a weight file.")
    if not (request.weights is None or request.pretrained or isfile(request.weights)):
        raise MissingFileError(
            f"{spec.name}: weights={str(request.weights)!r} is no file. Give None for random weights, 'imagenet', "
            "or the path of a weight file that exists."
        )
    if top and request.pooling is not None:
        warn(f"{spec.name}: pooling={request.pooling!r} has no effect with include_top=True.")
    if not top and classes != 1000:
        warn(f"{spec.name}: classes={classes} has no effect with include_top=False.")


def _picture_shape(spec: Variant, request: Request, network: Network) -> Shape:
    """Shape of one picture in Keras' data format, wherever it came from, checked."""
    shape, tensor, data_format = request.input_shape, request.input_tensor, keras.config.image_data_format()
    require = partial(_require, spec.name)
    require(
        shape is None or isinstance(shape, Sequence), f"input_shape={shape!r} is not a shape such as (224, 224, 3)."
    )
    if shape is None:
        side = spec.size if request.include_top or not network.body_takes_any_size else None
        shape = (3, side, side) if data_format == "channels_first" else (side, side, 3)
    if tensor is not None:
        require(isinstance(tensor, keras.KerasTensor), "input_tensor must be a Keras tensor, such as keras.Input(...).")
        agree = all(a == b or None in (a, b) for a, b in zip_longest(shape, tensor.shape[1:], fillvalue=0))
        require(
            agree or request.input_shape is None,
            f"input_shape={shape} and input_tensor, whose pictures are {tensor.shape[1:]}, disagree. Give one of them.",
        )
        shape = tensor.shape[1:]
    what = f"pictures of shape {shape} in data format {data_format!r}"
    rows, columns, channels = by_axis(shape) if len(shape) == 3 else (0, 0, 0)
    whole = all(map(_positive_whole, (rows or 1, columns or 1, channels)))
    require(whole, f"{what}; a shape is three positive whole numbers (sides may be None).")
    large_enough = all(side is None or side >= spec.min_size for side in (rows, columns))
    require(large_enough, f"{what}; the sides must be at least {spec.min_size} pixels.")
    require(channels == 3 or not request.pretrained, f"{what}; weights='imagenet' need 3 channels.")
    any_size = network.body_takes_any_size or None not in shape
    require(any_size, f"{what}; its layers depend on both sides, which must be given, such as {spec.size}.")
    if request.include_top and not network.top_takes_any_size:
        fits = (rows, columns) == (spec.size, spec.size) or not request.pretrained
        require(fits, f"{what}; the classifier of weights='imagenet' needs sides of {spec.size}. {_OWN_TOP}")
        require(None not in shape, f"{what}; the classifier needs fixed sides. {_OWN_TOP}")
    return tuple(shape)


def _positive_whole(value: object) -> bool:
    return isinstance(value, Integral) and int(value) > 0


def _require(variant: str, kept: bool, message: str) -> None:
    if not kept:
        raise ArgumentError(f"{variant}: {message}")
