"""Which layers of a network will be trained."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import keras

from ... import _keras
from ..._numbers import is_whole
from ...architectures import Block, blocks_of, variant_of
from ...errors import ArgumentError
from .flat import flattened, unknown_layer


def freeze_before(
    model: keras.Model,
    from_layer: str | None = None,
    blocks: int | None = None,
    variant: str | None = None,
    batchnorm: str = "frozen",
) -> None:
    """Set ``trainable`` of all layers of a model: False for its beginning, True for the rest.

    Args:
        model: functional or ``Sequential``, models inside included.
        from_layer: name of the first layer to train. What it needs is frozen; all else is trained, also what runs
            beside that, such as the shortcut around a block in whose middle the layer lies. Or the name of a block,
            such as ``"block6a"``: the same as the number of blocks from this one to the last. Where a layer and its
            block have one name, the layer is meant if it has weights, as in MobileNet, else the block, as in Inception.
        blocks: instead of ``from_layer``, how many blocks to train, the last ones before the scores. With all of them
            nothing is frozen.
        variant: the catalogue's name of the network whose blocks these are; None: that of ``model``.
        batchnorm: ``"frozen"`` keeps all batch normalisation frozen, which then uses its moving averages: right for few
            pictures. ``"train"`` treats it as every other layer.

    Raises:
        ArgumentError: not one of ``from_layer`` and ``blocks``, a layer that is not there, more blocks than there are,
            a network whose blocks nobody knows, or another value of ``batchnorm``.
    """
    if batchnorm not in ("frozen", "train"):
        raise ArgumentError(f"batchnorm={batchnorm!r}; allowed are 'frozen' and 'train'.")
    if (from_layer is None) == (blocks is None):
        raise ArgumentError(
            f"from_layer={from_layer!r} and blocks={blocks!r}; give one of them: the name of the first layer to train, "
            "or how many blocks to train."
        )
    calls = list(_keras.calls(flattened(model)))
    frozen = _frozen(model, calls, from_layer, blocks, variant)
    parts = _keras.parts(model)
    for part in parts:  # one by one: on TensorFlow, Keras does not pass a flag on that the model already has
        part.trainable = True
    for call in calls:
        if call.operation.name in frozen and isinstance(call.operation, keras.Layer):
            call.operation.trainable = False
    for part in parts:
        if batchnorm == "frozen" and isinstance(part, keras.layers.BatchNormalization):
            part.trainable = False


def blocks_by_layer(model: keras.Model, variant: str) -> dict[str, str]:
    """For each layer the name of the block with which it trains: the first one that needs it.

    Args:
        model: functional or ``Sequential``.
        variant: the catalogue's name of its network.

    Returns:
        Blocks in their order, from the pictures to the scores; without the layers after the last block.

    Example:
        >>> from amalthea import get_model
        >>> model = get_model("VGG16", weights=None)
        >>> blocks_by_layer(model, "VGG16")["block5_pool"]
        'block5'
    """
    calls = list(_keras.calls(flattened(model)))
    found: dict[str, str] = {}
    for block in blocks_of(variant, dict.fromkeys(call.operation.name for call in calls)):
        for name in needed(calls, block.end):
            found.setdefault(name, block.name)
    return found


@contextmanager
def restored_flags(model: keras.Model) -> Iterator[None]:
    """Give all layers of a model their flags ``trainable`` of before if the block ends with an error."""
    before = [(part, part.trainable) for part in _keras.parts(model)]
    try:
        yield
    except Exception:
        for part, flag in before:  # a model comes before its layers, to which it passes its own on
            part.trainable = flag
        raise


def _frozen(
    model: keras.Model, calls: list[_keras.Call], from_layer: str | None, blocks: object, variant: str | None
) -> set[str]:
    """Names of the layers before the first one that is trained."""
    names = list(dict.fromkeys(call.operation.name for call in calls))
    row = variant_of(model)
    name = variant or (row.name if row else None)
    found = blocks_of(name, names) if name else ()
    if from_layer is None:
        first = len(found) - _block_count(model, blocks, name, found)
    else:
        place = next((place for place, block in enumerate(found) if block.name == from_layer), None)
        if place is None or _has_weights(calls, from_layer):
            if from_layer not in names:
                raise unknown_layer(model, from_layer, [*names, *(block.name for block in found)])
            return needed(calls, from_layer) - {from_layer}
        first = place
    return needed(calls, found[first - 1].end) if first else set()


def _block_count(model: keras.Model, blocks: object, name: str | None, found: Sequence[Block]) -> int:
    """How many blocks are to be trained.

    Raises:
        ArgumentError: not a number that there are.
    """
    if name is None:
        raise ArgumentError(
            f"blocks={blocks!r}: which layers of model {model.name!r} form a block is not known, for no constructor of "
            "Amalthea built it. Use from_layer, with the name of the first layer to train."
        )
    if not is_whole(blocks, 1) or blocks > len(found):
        shown = f": {found[0].name} to {found[-1].name}" if found else " in this model"
        raise ArgumentError(f"blocks={blocks!r}; {name} has {len(found)} blocks{shown}. Give a number of them.")
    return blocks


def _has_weights(calls: Iterable[_keras.Call], name: str) -> bool:
    return any(call.operation.name == name and getattr(call.operation, "weights", ()) for call in calls)


def needed(calls: Iterable[_keras.Call], name: str) -> set[str]:
    """Names of a layer and of all layers on whose results it depends."""
    found: set[str] = set()
    tensors: set[int] = set()
    for call in reversed(list(calls)):
        if call.operation.name == name or any(id(tensor) in tensors for tensor in call.outputs):
            found.add(call.operation.name)
            tensors.update(map(id, call.inputs))
    return found
