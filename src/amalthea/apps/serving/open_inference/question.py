"""The JSON object of an inference request, checked member by member."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ..problems import Problem
from . import datatypes
from .binary import Segments

DIMENSIONS = 32
"""Of a tensor, at most; no network takes more."""

VALUES = 1_000_000
"""Of JSON, at most: while it is read, nobody else is answered, and each value takes tens of bytes of memory."""


@dataclass(frozen=True, slots=True)
class GivenTensor:
    """An input as it was sent.

    Attributes:
        name: of the input.
        datatype: one of ``datatypes.ALL``.
        shape: whole numbers of 0 and more.
        data: the elements of the JSON, flat or nested; or the bytes of a binary tensor.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: list[Any] | memoryview

    @property
    def size(self) -> int:
        """How many elements it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class WantedOutput:
    """An output that was asked for.

    Attributes:
        name: of the output.
        binary: whether its data stands behind the JSON; None: as the whole request says.
        classes: how many of the best classes are wanted in place of the array; 0 for the array.
    """

    name: str
    binary: bool | None = None
    classes: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """An inference request.

    Attributes:
        id: which the answer repeats; None where there is none.
        inputs: in the order of the request.
        outputs: empty for all of the model's.
        binary: whether the data of outputs that say nothing else stands behind the JSON.
    """

    id: str | None
    inputs: tuple[GivenTensor, ...]
    outputs: tuple[WantedOutput, ...]
    binary: bool


def question_in(text: bytes, segments: Segments) -> Question:
    """Read an inference request.

    Args:
        text: its JSON.
        segments: the bytes behind it.

    Raises:
        Problem: it is not of the protocol's form; the message says where.
    """
    request = _object(parsed(text), "The request")
    inputs = tuple(_input(entry, f"inputs[{number}]", segments) for number, entry in _entries(request, "inputs"))
    outputs = tuple(_output(entry, f"outputs[{number}]") for number, entry in _entries(request, "outputs"))
    segments.check_used_up()
    if not inputs:
        refuse("The request has no 'inputs'. Send a list of tensors, each with name, shape, datatype and data.")
    for tensors in (inputs, outputs):
        _check_different([tensor.name for tensor in tensors])
    name = request.get("id")
    if not isinstance(name, str | None):
        refuse(f"'id' must be a string; given was {_short(name)}.")
    binary = _flag(_parameters(request, "The request"), "binary_data_output", "The request")
    return Question(name, inputs, outputs, bool(binary))


def parsed(text: bytes) -> object:
    """The value of a JSON text, of strict JSON: NaN and Infinity are none.

    Raises:
        Problem: it is no JSON in UTF-8, or has too many values.
    """
    # Before each value but the first stands one of these; base64 has none.
    if sum(map(text.count, (b",", b"[", b"{"))) > VALUES:
        raise Problem(
            413,
            f"The JSON has more than {VALUES:,} values, which this server reads at most. Send numbers as binary "
            "tensors, and pictures as files.",
        )
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        refuse("The JSON is nested too deeply.")
    except ValueError as problem:  # also of UnicodeDecodeError, and of integers with thousands of digits
        refuse(f"The request is no JSON in UTF-8: {problem}.")


def refuse(message: str) -> NoReturn:
    """Answer that a request is malformed."""
    raise Problem(400, message)


def _input(value: object, place: str, segments: Segments) -> GivenTensor:
    entry = _object(value, place)
    name, datatype = _text(entry, "name", place), _text(entry, "datatype", place)
    if datatype not in datatypes.ALL:
        refuse(f"{place}: the datatype {datatype!r} is unknown; allowed are {', '.join(datatypes.ALL)}.")
    shape = _shape(entry.get("shape"), place)
    parameters = _parameters(entry, place)
    if "shared_memory_region" in parameters:
        refuse(f"{place}: this server reads no shared memory. Send the tensor in the request.")
    data, size = entry.get("data"), parameters.get("binary_data_size")
    if (data is None) == (size is None):
        refuse(f"{place} needs either 'data' or the parameter 'binary_data_size'.")
    if size is not None:
        return GivenTensor(name, datatype, shape, segments.next(_whole(size, f"{place}: 'binary_data_size'"), place))
    if not isinstance(data, list):
        refuse(f"{place}: 'data' must be a list of elements; given was {_short(data)}.")
    return GivenTensor(name, datatype, shape, data)


def _output(value: object, place: str) -> WantedOutput:
    entry = _object(value, place)
    parameters = _parameters(entry, place)
    if "shared_memory_region" in parameters:
        refuse(f"{place}: this server writes no shared memory. Leave the parameter out.")
    classes = _whole(parameters.get("classification", 0), f"{place}: 'classification'")
    return WantedOutput(_text(entry, "name", place), _flag(parameters, "binary_data", place), classes)


def _shape(value: object, place: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > DIMENSIONS:
        refuse(f"{place}: 'shape' must be a list of whole numbers, at most {DIMENSIONS}; given was {_short(value)}.")
    return tuple(_whole(size, f"{place}: each number in 'shape'") for size in value)


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        refuse(f"{what} must be a whole number of 0 or more; given was {_short(value)}.")
    return value


def _flag(parameters: Mapping[str, object], name: str, place: str) -> bool | None:
    value = parameters.get(name)
    if not isinstance(value, bool | None):
        refuse(f"{place}: the parameter {name!r} must be true or false; given was {_short(value)}.")
    return value


def _text(entry: Mapping[str, object], member: str, place: str) -> str:
    value = entry.get(member)
    if not isinstance(value, str):
        refuse(f"{place} needs a {member!r}, a string; given was {_short(value)}.")
    return value


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        refuse(f"{what} must be a JSON object; given was {_short(value)}.")
    return value


def _parameters(entry: Mapping[str, object], place: str) -> Mapping[str, Any]:
    value = entry.get("parameters")
    return {} if value is None else _object(value, f"{place}: 'parameters'")


def _entries(request: Mapping[str, object], member: str) -> list[tuple[int, object]]:
    value = request.get(member, [])
    if not isinstance(value, list):
        refuse(f"{member!r} must be a list of tensors; given was {_short(value)}.")
    return list(enumerate(value))


def _check_different(names: list[str]) -> None:
    known: set[str] = set()
    for name in names:
        if name in known:
            refuse(f"The tensor {name!r} is named more than once.")
        known.add(name)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which JSON does not know; send such numbers as a binary tensor")


def _short(value: object) -> str:
    """What was given, of a length that fits into a sentence."""
    if value is None:
        return "null or nothing"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]} …"
