"""The frozen part of a model as a graph in the runtime."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError
from ...images import Preparation, scale
from ...runtime import open_runner, to_onnx

if TYPE_CHECKING:
    import keras

    from ...runtime import Runner

_FORMAT = 1  # raised whenever the same arguments give other features, so that none of an older version are used


class FrozenNetwork:
    """From pictures to features. The runner is made when there is something to compute.

    Args:
        prefix: a model with one input, pictures, and any number of outputs.
        preparation: how pictures become what it takes.
        kind: of pictures: ``"uint8"``, which the graph scales, or ``"float32"``.
        precision: in which it computes, as for ``amalthea.predictor``.

    Attributes:
        shapes: of one picture's features, one a tensor.

    Raises:
        ArgumentError: the model does not take pictures of this size.
        UnsupportedLayerError: the model cannot become a graph.
    """

    def __init__(self, prefix: "keras.Model", preparation: Preparation, kind: str, precision: str) -> None:
        _check_input(prefix, preparation.size)
        self._scaled_in_graph = kind == "uint8"
        self._graph = to_onnx(prefix, scaling=preparation.scaling if self._scaled_in_graph else None)
        self._preparation = preparation
        self._precision = precision
        self.shapes = _output_shapes(prefix, preparation.size)

    def key(self, dtype: str) -> str:
        """Names everything that changes a feature kept in a type, other than the picture."""
        import openvino
        import PIL

        versions = [PIL.__version__, openvino.get_version()]  # other pixels, other numbers
        values = [_FORMAT, versions, self._fingerprint, self._precision, asdict(self._preparation), dtype]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    def __call__(self, pictures: Sequence[NDArray[Any]] | NDArray[Any]) -> list[NDArray[np.float32]]:
        """The features of pictures, RGB in [0, 255], of the kind that was said; one array a tensor."""
        batch = np.asarray(pictures)
        if not self._scaled_in_graph:
            batch = scale(batch, self._preparation.scaling)
        return self._runner([batch.transpose(0, 3, 1, 2) if self._runner.inputs[0].channels_first else batch])

    @cached_property
    def _fingerprint(self) -> str:
        from .fingerprint import fingerprint

        return fingerprint(self._graph)

    @cached_property
    def _runner(self) -> "Runner":
        return open_runner(self._graph.SerializeToString(), precision=self._precision)


def shared_network(
    networks: dict[str, FrozenNetwork], prefix: "keras.Model", preparation: Preparation, kind: str, precision: str
) -> FrozenNetwork:
    """That of a kind of pictures, made and added where it is missing; arguments as for ``FrozenNetwork``."""
    if kind not in networks:
        networks[kind] = FrozenNetwork(prefix, preparation, kind, precision)
    return networks[kind]


def _check_input(prefix: "keras.Model", size: tuple[int, int]) -> None:
    shapes = [tuple(tensor.shape) for tensor in prefix.inputs]
    allowed = [(3, *size), (*size, 3)]
    fits = len(shapes) == 1 and any(
        len(shapes[0]) == 4 and all(own in (None, side) for own, side in zip(shapes[0][1:], shape, strict=True))
        for shape in allowed
    )
    if not fits:
        raise ArgumentError(
            f"{prefix.name} takes inputs of shape {', '.join(map(str, shapes))}, not pictures of {size[0]} × {size[1]} "
            "pixels. Give a model of pictures, and a preparation of its size."
        )


def _output_shapes(prefix: "keras.Model", size: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    """Of one picture's features. A model for any size knows them only when it is told the size."""
    import keras

    shapes = [tuple(tensor.shape) for tensor in prefix.outputs]
    if any(side is None for shape in shapes for side in shape[1:]):
        given = prefix.inputs[0].shape
        sides = (3, *size) if given[1] == 3 and given[3] != 3 else (*size, 3)
        shapes = keras.Model(prefix.inputs, list(prefix.outputs)).compute_output_shape((1, *sides))
    return tuple(shape[1:] for shape in shapes)
