"""From the names of a file's tensors to layers: for formats that know tensors alone.

Three ways of naming are told apart: ``layers/conv2d_3/vars/0`` (as in the files of Keras 3), ``conv1/kernel`` (layer
and variable of Keras) and ``layer1.0.conv1.weight`` (module and parameter of PyTorch).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from ..stored import Layout, StoredLayer, StoredTensor

_ADDRESS = re.compile(r"layers/(.+)/vars/(\d{1,4})")
# What every module of a state dict is called behind PyTorch's DataParallel.
_PARALLEL = "module."
# In the order of a layer's weights, for files that are sorted by name.
_ORDER = (
    *("depthwise_kernel", "pointwise_kernel", "kernel", "weight", "gamma", "bias", "beta"),
    *("moving_mean", "running_mean", "moving_variance", "running_var"),
)


def layers_of(tensors: Sequence[StoredTensor], *, in_order: bool) -> tuple[StoredLayer, ...]:
    """The layers that tensors belong to.

    Args:
        tensors: all of a file.
        in_order: whether they come in the order of the model; the order is lost in a sorted file.
    """
    if all(_ADDRESS.fullmatch(tensor.name) for tensor in tensors):
        return _addressed(tensors)
    if any("/" in tensor.name for tensor in tensors):
        return _grouped(tensors, "/", in_order)
    return torch_layers([replace(tensor, layout=Layout.TORCH) for tensor in tensors], in_order=in_order)


def torch_layers(tensors: Sequence[StoredTensor], *, in_order: bool = True) -> tuple[StoredLayer, ...]:
    """The modules of a state dict, without BatchNorm's ``num_batches_tracked``.

    Args:
        tensors: of the whole state dict.
        in_order: see ``layers_of``.
    """
    weights = [tensor for tensor in tensors if not f".{tensor.name}".endswith(".num_batches_tracked")]
    if all(tensor.name.startswith(_PARALLEL) for tensor in weights):
        weights = [replace(tensor, name=tensor.name.removeprefix(_PARALLEL)) for tensor in weights]
    return _grouped(weights, ".", in_order)


def _addressed(tensors: Sequence[StoredTensor]) -> tuple[StoredLayer, ...]:
    def place(tensor: StoredTensor) -> tuple[str, int]:
        address, number = tensor.name.removeprefix("layers/").split("/vars/")
        return address.replace("/layers/", "/"), int(number)

    by_layer = groupby(sorted(tensors, key=place), key=lambda tensor: place(tensor)[0])
    return tuple(StoredLayer("", tuple(members), address) for address, members in by_layer)


def _grouped(tensors: Sequence[StoredTensor], separator: str, in_order: bool) -> tuple[StoredLayer, ...]:
    def owner(tensor: StoredTensor) -> str:
        return tensor.name.rpartition(separator)[0]

    def place(tensor: StoredTensor) -> tuple[str, int]:
        name = tensor.name.rpartition(separator)[2].removesuffix(":0")
        return owner(tensor), _ORDER.index(name) if name in _ORDER else len(_ORDER)

    if in_order:
        return tuple(StoredLayer(name, tuple(members)) for name, members in groupby(tensors, key=owner))
    by_layer = groupby(sorted(tensors, key=place), key=owner)
    return tuple(StoredLayer(name, tuple(members), address=name) for name, members in by_layer)
