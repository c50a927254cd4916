"""The pretrained network under a classifier, and what it expects of pictures."""

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _keras
from .._numbers import is_whole
from ..catalog import ScalingSteps, Variant, scaling_steps, variant
from ..errors import ArgumentError
from ..images import Preparation
from ..runtime import known_scaling

if TYPE_CHECKING:
    import keras


class Base(NamedTuple):
    """A network to build upon.

    Attributes:
        network: frozen as its parts' ``trainable`` say; takes one batch of pictures.
        variant: its row in the catalogue; "" where it is the user's own.
        preparation: how pictures become what it takes.
    """

    network: "keras.Model"
    variant: str
    preparation: Preparation


class Wishes(NamedTuple):
    """What a user asks for beside the network itself; None leaves it to the network.

    Attributes:
        weights: of a network that is given by name: ``"imagenet"``, the path of a file, or None.
        alpha: its width.
        features: the layer at which the head will begin; it decides whether the classifier of the network is built.
        size: rows and columns of the pictures in pixels.
        scaling: of the pixels; a model of Keras that is none of ours needs none where its own layers scale them.
        interpolation: by which pictures get their size.
    """

    weights: str | PathLike[str] | None = "imagenet"
    alpha: float | None = None
    features: str | None = None
    size: tuple[int, int] | None = None
    scaling: str | float | ScalingSteps | None = None
    interpolation: str | None = None


def base_of(model: "str | keras.Model", wishes: Wishes) -> Base:
    """Build a network of the catalogue, frozen; or take a model as it is, whose flags ``trainable`` count.

    Raises:
        ArgumentError: the network or the wishes cannot be used; the message says which and what is allowed.
        UnknownModelError: the catalogue has no such name.
        DownloadError, WeightsError: the trained weights.
    """
    if isinstance(model, str):
        row = variant(model)
        return _of_name(row, wishes)
    return _of_model(model, wishes)


def side_lengths(size: Any) -> tuple[int, int] | None:
    """``image_size`` as rows and columns.

    Raises:
        ArgumentError: neither None, a whole number above 0, nor two of them.
    """
    if size is None:
        return None
    sides = tuple(size) if isinstance(size, Sequence) and not isinstance(size, str) else (size, size)
    if len(sides) != 2 or not all(is_whole(side, 1) for side in sides):
        raise ArgumentError(f"image_size={size!r}; allowed are a number of pixels, or (height, width).")
    return int(sides[0]), int(sides[1])


def marks(model: object) -> dict[str, Any]:
    """What our constructors wrote on a model, by which ``variant_of`` knows it; Keras' copies of the model lack it."""
    return {name: value for name, value in getattr(model, "__dict__", {}).items() if name.startswith("_amalthea_")}


def _of_name(row: Variant, wishes: Wishes) -> Base:
    from ..architectures import get_model, variant_of

    rows, columns = wishes.size or (row.size, row.size)
    arguments: dict[str, Any] = {"input_shape": _in_data_format(rows, columns)}
    if wishes.alpha is not None:
        arguments["alpha"] = wishes.alpha
    top = _is_of_the_top(row, wishes.features, arguments)
    network = get_model(row.name, include_top=top, weights=wishes.weights, **arguments)
    network.trainable = False
    trained = variant_of(network) or row
    steps = trained.scaling.steps if wishes.scaling is None else scaling_steps(wishes.scaling)
    interpolation = wishes.interpolation or row.interpolation
    return Base(network, row.name, Preparation(size=(rows, columns), scaling=steps, interpolation=interpolation))


def _is_of_the_top(row: Variant, layer: str | None, arguments: dict[str, Any]) -> bool:
    """Whether a layer is a part of the network's own classifier, whose weights may be a file of their own.

    Raises:
        ArgumentError: the network has no such layer. So no file is looked for in vain.
    """
    from ..architectures import get_model
    from .cutting import unknown_layer

    if layer is None:
        return False
    for top in (False, True):
        with _keras.no_initial_values():
            network = get_model(row.name, include_top=top, weights=None, **arguments)
        names = [call.operation.name for call in _keras.calls(network)]
        if layer in names:
            return top
    raise unknown_layer(network, layer, names)


def _of_model(model: "keras.Model", wishes: Wishes) -> Base:
    from ..architectures import variant_of

    if _keras.functional(model) is None:
        raise ArgumentError(
            f"model={model!r} is neither a name of the catalogue nor a functional or built Sequential model of Keras."
        )
    if wishes.alpha is not None:
        raise ArgumentError(f"alpha={wishes.alpha}: only a network given by its name takes it; {model.name} is built.")
    row = variant_of(model)
    steps = known_scaling(model, None if wishes.scaling is None else scaling_steps(wishes.scaling), row)
    size = _size_for(model, wishes.size, row)
    interpolation = wishes.interpolation or (row.interpolation if row else "nearest")
    preparation = Preparation(size=size, scaling=steps, interpolation=interpolation)
    return Base(model, row.name if row else "", preparation)


def _size_for(model: "keras.Model", wanted: tuple[int, int] | None, row: Variant | None) -> tuple[int, int]:
    """Sides of the pictures: the model's own, or where it takes any, those that are wanted or of its training."""
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or 3 not in (shapes[0][1], shapes[0][3]):
        raise ArgumentError(
            f"{model.name} takes inputs of shape {', '.join(map(str, shapes))}; a classifier of pictures needs a model "
            "with one input of shape (N, H, W, 3)."
        )
    sides = shapes[0][1:3] if shapes[0][3] == 3 else shapes[0][2:]
    usual = wanted or ((row.size, row.size) if row else (None, None))
    rows, columns = (own or other for own, other in zip(sides, usual, strict=True))
    if rows is None or columns is None:
        raise ArgumentError(f"{model.name} takes pictures of any size; say with image_size= which they shall get.")
    if wanted not in (None, (rows, columns)):
        raise ArgumentError(f"The pictures shall have {wanted} pixels, but {model.name} takes {rows} × {columns}.")
    return rows, columns


def _in_data_format(rows: int, columns: int) -> tuple[int, int, int]:
    import keras

    first = keras.config.image_data_format() == "channels_first"
    return (3, rows, columns) if first else (rows, columns, 3)
