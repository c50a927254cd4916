"""``merge`` and ``Merge`` of Keras 1: one name for all layers of several inputs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from ...errors import ArgumentError
from .._spelling import note
from .merge import Add, Average, Concatenate, Dot, Maximum, Multiply

_MODES: Mapping[str, type[Any]] = {"sum": Add, "mul": Multiply, "ave": Average, "max": Maximum}


def merge(
    inputs: Sequence[Any],
    mode: str | Callable[[Any], Any] = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Mapping[str, Any] | None = None,
    name: str | None = None,
) -> Any:
    """One tensor of several.

    Args:
        inputs: symbolic tensors.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of the list of tensors.
        concat_axis: of "concat".
        dot_axes: of "dot" and "cos": one axis, or one for each input.
        output_shape: of a function: the shape without the batch, or a function of the input shapes.
        output_mask: of a function: its mask, or a function that returns it.
        arguments: of a function: what else it is given by name.
        name: of the layer.

    Raises:
        ArgumentError: an unknown mode.
    """
    layer = _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)
    merged = layer(list(inputs))
    return keras.ops.expand_dims(merged, 1) if mode == "cos" else merged


def Merge(  # noqa: N802, its name in Keras 1
    layers: Sequence[Any] | None = None,
    mode: str | Callable[[Any], Any] = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Mapping[str, Any] | None = None,
    node_indices: Any = None,
    tensor_indices: Any = None,
    name: str | None = None,
) -> Any:
    """What merges the outputs of models, or tensors that it is called with.

    Args:
        layers: models and layers; None for a layer that is to be called with tensors.
        mode: as for ``merge``, likewise what follows.
        concat_axis: of "concat".
        dot_axes: of "dot" and "cos".
        output_shape: of a function.
        output_mask: of a function.
        arguments: of a function.
        node_indices: without effect.
        tensor_indices: without effect.
        name: of the layer.

    Returns:
        A layer; or, of models, a model of all their inputs, with which a ``Sequential`` may begin.
    """
    if layers is None:
        return _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)
    from ..models import Model  # which imports the layers

    ends = [tensor for layer in layers for tensor in _tensors(layer, "output")]
    merged = merge(ends, mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)
    inputs = {id(tensor): tensor for layer in layers for tensor in _tensors(layer, "input")}
    return Model(list(inputs.values()), merged)


def _layer(
    mode: str | Callable[[Any], Any],
    concat_axis: int,
    dot_axes: Any,
    output_shape: Any,
    output_mask: Any,
    arguments: Mapping[str, Any] | None,
    name: str | None,
) -> Any:
    note(f"merge(mode={mode!r}) is a layer of its own today")
    if callable(mode):
        from .core import Lambda  # which has Merge among its names

        return Lambda(mode, output_shape=output_shape, mask=output_mask, arguments=dict(arguments or {}), name=name)
    if mode in _MODES:
        return _MODES[mode](name=name)
    if mode == "concat":
        return Concatenate(axis=concat_axis, name=name)
    if mode in ("dot", "cos"):
        return Dot(axes=_flat(dot_axes), normalize=mode == "cos", name=name)
    raise ArgumentError(f"merge(mode={mode!r}) is unknown; choose one of {[*_MODES, 'concat', 'dot', 'cos']}.")


def _tensors(layer: Any, side: str) -> list[Any]:
    """The inputs or outputs of a model, or of a layer that was called once."""
    found = getattr(layer, f"{side}s") if isinstance(layer, keras.Model) else getattr(layer, side)
    return keras.tree.flatten(found)  # type: ignore[no-any-return]


def _flat(axes: Any) -> Any:
    """One axis, or one for each input, which Keras 1 also took as lists of one."""
    if not isinstance(axes, list | tuple):
        return axes
    return tuple(axis[0] if isinstance(axis, list | tuple) else axis for axis in axes)
