"""Convolutions with groups in models that Keras has loaded or copied."""

from typing import TYPE_CHECKING

from ... import _keras

if TYPE_CHECKING:
    import keras

_GROUPS = 32  # of a convolution, at most, for which a convolution each is quicker: those of ResNeXt


def quicken(model: object) -> None:
    """Let all convolutions with groups learn as fast as our constructors make them, which Keras does not keep.

    Args:
        model: a ``keras.Model``; nothing is done to anything else, such as the name of one or None.
    """
    import keras

    from ...architectures._blocks import convolve_by_group

    for layer in _keras.parts(model) if isinstance(model, keras.Model) else ():
        if _keras.kind_of(layer) is keras.layers.Conv2D and 1 < layer.groups <= _GROUPS:
            convolve_by_group(layer)


def copied(model: "keras.Model") -> "keras.Model":
    """A model with layers of its own, and the same weights and flags."""
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    quicken(copy)
    return copy
