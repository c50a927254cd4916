"""Weight files of other makers, whose names, axes or networks differ from those of Keras: a file a family of networks.

A table of name rules says how each layer of Keras is made of their tensors. Keras is not imported.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...errors import WeightsMismatchError
from ..stored import Layout, StoredLayer
from . import densenet, inception, keras_resnet50, resnet, vgg
from .checkpoint import Checkpoint

__all__ = ["Checkpoint", "recognise"]


def recognise(stored: Sequence[StoredLayer], *, source: str) -> Checkpoint | None:
    """Tells by the names of a file's tensors whose network it holds. No number is read.

    Args:
        stored: what ``read_weights`` returned.
        source: names the file in an error.

    Returns:
        The network and its layers as Keras has them; None where the names are those of no other maker.

    Raises:
        WeightsMismatchError: a network of another maker that the collection lacks, or not the whole of one.
    """
    # Such names come with PyTorch's order of axes, whatever the format of the file.
    tensors = {
        tensor.name: replace(tensor, layout=Layout.TORCH)
        for layer in stored
        for tensor in layer.tensors
        if not tensor.name.endswith(".num_batches_tracked")
    }
    try:
        found = (
            family(tensors) for family in (vgg.recognise, resnet.recognise, densenet.recognise, inception.recognise)
        )
        return next(filter(None, found), None) or keras_resnet50.recognise(stored)
    except WeightsMismatchError as problem:
        raise WeightsMismatchError(f"{source} {problem}") from None
