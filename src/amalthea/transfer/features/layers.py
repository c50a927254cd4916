"""Features of any layer of a network."""

from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError
from ..base import Base, Wishes, base_of
from ..cutting.flat import data_format_of, flattened
from .extraction import Extracted, extract
from .sources import Pictures

if TYPE_CHECKING:
    import keras

_POOLINGS = ("avg", "max")
_USUAL = Wishes()


def layer_features(
    model: "str | keras.Model",
    pictures: Pictures,
    *,
    layer: str | None = None,
    pooling: str | None = None,
    wishes: Wishes = _USUAL,
    **settings: Any,
) -> Extracted:
    """What a layer of a network returns for pictures.

    Args:
        model: a name of the catalogue, or a functional or ``Sequential`` model.
        pictures: as for ``extract``.
        layer: its name; None for the last one, which for a name is the last before its classifier.
        pooling: "avg" or "max" over all positions of a feature map, (N, H, W, C); features of shape (N, C) stay as they
            are. None keeps maps.
        wishes: how a named network is built, and how pictures are prepared.
        settings: as for ``extract``.

    Raises:
        ArgumentError: an argument that cannot be used; the model has no such layer.
        MissingFileError, ImageError: see ``extract``.

    Example:
        >>> found = layer_features("EfficientNetLite0", ["elephant.jpg"], pooling="avg")
        >>> found.features.shapes
        ((1280,),)
    """
    base = layer_network(model, layer=layer, pooling=pooling, wishes=wishes)
    return extract(base.network, pictures, base.preparation, **settings)


def layer_network(
    model: "str | keras.Model", *, layer: str | None = None, pooling: str | None = None, wishes: Wishes = _USUAL
) -> Base:
    """The part of a network that computes such features, and what it expects of pictures.

    Args:
        model: as for ``layer_features``, like all that follows.
        layer: at which it ends.
        pooling: what then happens to feature maps.
        wishes: see there.

    Raises:
        ArgumentError: an argument that cannot be used; the model has no such layer.

    Example:
        >>> layer_network("EfficientNetLite0", pooling="avg").network.output_shape
        (None, 1280)
    """
    base = base_of(model, wishes._replace(features=layer))
    return base._replace(network=_pooled(flattened(base.network, layer), pooling))


def _pooled(prefix: "keras.Model", pooling: str | None) -> "keras.Model":
    if pooling is None:
        return prefix
    if pooling not in _POOLINGS:
        raise ArgumentError(f"pooling={pooling!r}; allowed are {', '.join(map(repr, _POOLINGS))} and None.")
    import keras

    [found] = prefix.outputs
    if len(found.shape) == 2:
        return prefix
    if len(found.shape) != 4:
        raise ArgumentError(
            f"pooling={pooling!r}: the features of {prefix.name!r} have the shape {tuple(found.shape[1:])}, which is "
            "no feature map (H, W, C). Leave pooling out, or name another layer."
        )
    kind = keras.layers.GlobalAveragePooling2D if pooling == "avg" else keras.layers.GlobalMaxPooling2D
    return keras.Model(prefix.inputs, kind(data_format_of(prefix))(found), name=prefix.name)
