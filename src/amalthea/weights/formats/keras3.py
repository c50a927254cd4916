"""Keras 3 weights in HDF5: ``save_weights("x.weights.h5")``, and ``model.weights.h5`` within a ``.keras`` file.

A layer is addressed by its class, counted within its model: ``layers/conv2d_3/vars/0`` is the kernel of the fourth
``Conv2D``; a model within the model has ``layers`` of its own. HDF5 sorts the groups by the alphabet, so that the order
of the layers is not kept, and only newer versions keep their names. Optimizers and metrics have other roots.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import h5py

from ...errors import WeightsError
from ..stored import StoredLayer, StoredTensor
from .hdf5_file import ContentError, Source, has, node, tensor, texts

# Keras 2.12 and 2.13 wrote the second one, where layers with weights count twice: conv2d, conv2d_2, conv2d_4.
ROOTS = ("layers", "_layer_checkpoint_dependencies")


def read_keras3(source: Source, root: str) -> tuple[StoredLayer, ...]:
    """The layers with their addresses, in no order.

    Args:
        source: a file of Keras 3.
        root: which of ``ROOTS`` it has.

    Raises:
        ContentError: no weights of Keras.
        WeightsError: quantised weights.
    """
    return tuple(_Reader(source, root).layers(_group(source.file, root)))


class _Reader:
    """Walks the models of one file, each of them once: HDF5 allows a group to lie within itself."""

    def __init__(self, source: Source, root: str) -> None:
        self._source = source
        self._root = root
        self._seen: set[int] = set()

    def layers(self, group: h5py.Group, addresses: str = "", names: tuple[str, ...] = ()) -> Iterator[StoredLayer]:
        """The layers of a model; ``addresses`` and ``names`` lead to it through the models around it."""
        place = h5py.h5o.get_info(group.id).addr
        if place in self._seen:
            raise ContentError(f"{group.name!r} lies in several models")
        self._seen.add(place)
        counted = {key: key for key in group} if self._root == ROOTS[0] else _without_gaps(group)
        for key, own_address in counted.items():
            member = _group(group, key)
            variables = _group(member, "vars") if has(member, "vars") else None
            address, here = addresses + own_address, (*names, self._name(variables))
            if has(member, self._root):
                yield from self.layers(_group(member, self._root), f"{address}/", here)
            elif variables is not None:
                name = "/".join(here) if all(here) else ""
                yield StoredLayer(name, self._tensors(variables, address), address)

    def _name(self, variables: h5py.Group | None) -> str:
        known = variables is not None and "name" in variables.attrs
        return "".join(texts(self._source, variables, "name")) if known else ""

    def _tensors(self, variables: h5py.Group, address: str) -> tuple[StoredTensor, ...]:
        keys = [str(number) for number in range(len(variables))]
        if set(keys) != set(variables):
            raise ContentError(f"the variables of {variables.name!r} are not numbered from 0")
        tensors = [tensor(self._source, variables, key) for key in keys]
        if any(tensor.dtype.itemsize == 1 and len(tensor.shape) > 1 for tensor in tensors):
            raise WeightsError(
                f"{self._source.path}: {variables.name!r} is quantised, which is not understood. Save the model as it "
                "was before."
            )
        place = f"layers/{address.replace('/', '/layers/')}/vars"
        return tuple(replace(tensor, name=f"{place}/{key}") for key, tensor in zip(keys, tensors, strict=True))


def _without_gaps(keys: Iterable[str]) -> dict[str, str]:
    """Addresses for keys whose numbers within a class have gaps."""
    numbers = defaultdict(list)
    for key in keys:
        kind, _, number = key.rpartition("_")
        numbers[kind if number.isdecimal() else key].append((int(number) if number.isdecimal() else 0, key))
    return {
        key: f"{kind}_{rank}" if rank else kind
        for kind, members in numbers.items()
        for rank, (_, key) in enumerate(sorted(members))
    }


def _group(group: h5py.Group, name: str) -> h5py.Group:
    found = node(group, name)
    if not isinstance(found, h5py.Group):
        raise ContentError(f"{name!r} is no group")
    return found
