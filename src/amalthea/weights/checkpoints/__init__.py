"""Weight files of other makers, whose names, axes or networks differ from those of Keras: a file a family of networks.

A table of name rules says how each layer of Keras is made of their tensors. Keras is not imported.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...errors import WeightsMismatchError
from ..report import listed
from ..stored import Layout, StoredLayer
from . import densenet, efficientnet_lite, inception, keras_resnet50, resnet, vgg
from .checkpoint import Checkpoint

__all__ = ["Checkpoint", "identify", "recognise"]

_FAMILIES = (vgg, resnet, densenet, inception, efficientnet_lite)
_KNOWN = (
    *vgg.OURS,
    *resnet.NETWORKS.values(),
    *densenet.NETWORKS.values(),
    inception.NETWORK,
    *efficientnet_lite.NETWORKS,
)


def identify(stored: Sequence[StoredLayer], *, source: str) -> Checkpoint | None:
    """Whose network a file holds, where it has to be certain: in PyTorch's layout an unknown one is refused.

    Two networks with the same shapes may still differ in paddings, strides or epsilons.

    Args:
        stored: what ``read_weights`` returned.
        source: names the file in an error.

    Returns:
        The network of another maker and its layers as Keras has them; None for a file of Keras.

    Raises:
        WeightsMismatchError: a network of another maker that the collection lacks, or not the whole of one.

    Example:
        >>> from amalthea.weights import read_weights
        >>> identify(read_weights("my_weights.h5"), source="my_weights.h5") is None
        True
    """
    checkpoint = recognise(stored, source=source)
    names = [tensor.name for layer in stored if layer.has_torch_axes for tensor in layer.tensors]
    if names and checkpoint is None:
        raise WeightsMismatchError(
            f"{source} is in PyTorch's layout, and its names are those of no network that Amalthea can tell: "
            f"{listed(names)}. Equal shapes would not show other strides or paddings. Files in that layout are taken "
            f"for {', '.join(_KNOWN)}. A network of your own is filled by amalthea.load_weights(model, "
            f"{source!r}), in order."
        )
    return checkpoint


def recognise(stored: Sequence[StoredLayer], *, source: str) -> Checkpoint | None:
    """Tells by the names of a file's tensors, and a few shapes, whose network it holds. No number is read.

    Args:
        stored: what ``read_weights`` returned.
        source: names the file in an error.

    Returns:
        The network and its layers as Keras has them; None where the names are those of no maker known here.

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
        found = (family.recognise(tensors) for family in _FAMILIES)
        return next(filter(None, found), None) or keras_resnet50.recognise(stored)
    except WeightsMismatchError as problem:
        raise WeightsMismatchError(f"{source} {problem}") from None
