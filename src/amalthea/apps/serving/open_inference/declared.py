"""What a network takes and returns, in the protocol's words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....runtime import Predictor
from .datatypes import BYTES, datatype_of

_OPEN = -1  # the protocol's number for a size that may be any
_NAMED_BY_KERAS = re.compile(r"(keras_tensor|input|input_layer)(_\d+)?")  # with a number that differs every time

PICTURES = "pictures"
"""Name of the input that takes files instead of numbers."""


@dataclass(frozen=True, slots=True)
class DeclaredTensor:
    """An input or output as the metadata of a model names it.

    Attributes:
        name: by which it is given or asked for.
        datatype: the protocol's name of its type.
        shape: -1 where a size is open.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]

    def takes_one(self, shape: Sequence[int]) -> bool:
        """Whether a shape is that of a single entry, without the axis that counts them."""
        wanted = self.shape[1:]
        return len(shape) == len(wanted) and all(
            size in (_OPEN, given) for size, given in zip(wanted, shape, strict=True)
        )

    def as_json(self) -> dict[str, object]:
        """The protocol's ``$metadata_tensor``."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def inputs_of(predictor: Predictor) -> tuple[DeclaredTensor, ...]:
    """The arrays that a network takes.

    An input that was not named by a person is called "input", or "input_0", "input_1" … where there are several: the
    names that Keras makes up are others each time.
    """
    return tuple(
        DeclaredTensor(name, datatype_of(spec.dtype), _input_shape(predictor, spec.shape))
        for name, spec in zip(_stable(predictor.inputs), predictor.runner.inputs, strict=True)
    )


def pictures_of(predictor: Predictor) -> DeclaredTensor | None:
    """The input that takes picture files in place of arrays; None where nobody knows which pixels they become."""
    if predictor.preparation is None or len(predictor.runner.inputs) != 1:
        return None
    return DeclaredTensor(PICTURES, BYTES, (_OPEN,))


def all_inputs_of(predictor: Predictor) -> tuple[DeclaredTensor, ...]:
    """The arrays that a network takes, and what may be given in their place."""
    pictures = pictures_of(predictor)
    return (*inputs_of(predictor), *([pictures] if pictures else []))


def outputs_of(predictor: Predictor) -> tuple[DeclaredTensor, ...]:
    """The arrays that a network returns."""
    return tuple(
        DeclaredTensor(spec.name, datatype_of(spec.dtype), _shape(spec.shape)) for spec in predictor.runner.outputs
    )


def _stable(names: Sequence[str]) -> list[str]:
    own = [f"input_{number}" for number in range(len(names))] if len(names) > 1 else ["input"]
    return [mine if _NAMED_BY_KERAS.fullmatch(name) else name for name, mine in zip(names, own, strict=True)]


def _input_shape(predictor: Predictor, shape: Sequence[int | None]) -> tuple[int, ...]:
    """Pictures as they are decoded may have any size: they are resized."""
    takes_pictures = predictor.preparation is not None and [spec.dtype for spec in predictor.runner.inputs] == ["uint8"]
    return (_OPEN, _OPEN, _OPEN, 3) if takes_pictures else _shape(shape)


def _shape(shape: Sequence[int | None]) -> tuple[int, ...]:
    return tuple(_OPEN if size is None else size for size in shape)
