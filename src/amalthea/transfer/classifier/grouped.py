"""Convolutions with groups in models that Keras has loaded or copied."""

from typing import TYPE_CHECKING

from ... import _keras

if TYPE_CHECKING:
    import keras

_GROUPS = 32  # of a convolution, at most, for which a convolution each is quicker: those of ResNeXt


def quicken(model: "keras.Model") -> None:
    """Let all convolutions with groups learn as fast as our constructors make them, which Keras does not keep."""
    import keras

    from ...architectures._blocks import convolve_by_group

    for layer in _keras.parts(model):
        if type(layer) is keras.layers.Conv2D and 1 < layer.groups <= _GROUPS:
            convolve_by_group(layer)
