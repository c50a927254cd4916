"""From a tensor as it was sent to an array."""

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import datatypes
from .binary import elements_in, from_bfloat16
from .question import DIMENSIONS, GivenTensor, refuse


def array_of(tensor: GivenTensor) -> NDArray[Any]:
    """The array that a tensor of numbers holds.

    Returns:
        Of the tensor's shape; of its type, BF16 as float32.

    Raises:
        Problem: there are more or fewer elements than the shape says, or some are not of the type.
    """
    found = _from_bytes(tensor, tensor.data) if isinstance(tensor.data, memoryview) else _from_json(tensor, tensor.data)
    try:
        return found.reshape(tensor.shape)
    except ValueError:  # no element, but sizes whose product exceeds what memory could hold
        refuse(f"Input {tensor.name!r}: no array can have the shape {list(tensor.shape)}.")


def contents_of(tensor: GivenTensor) -> list[bytes]:
    """The elements of a tensor of BYTES: as they are in a binary one; in JSON, which holds text alone, as base64.

    Raises:
        Problem: there are more or fewer than the shape says, or some are no base64.
    """
    place = f"Input {tensor.name!r}"
    found = (
        elements_in(tensor.data, place)
        if isinstance(tensor.data, memoryview)
        else [_from_base64(element, f"{place}: element {number}") for number, element in enumerate(tensor.data)]
    )
    _check_count(tensor, len(found))
    return found


def _from_bytes(tensor: GivenTensor, data: memoryview) -> NDArray[Any]:
    half = tensor.datatype == datatypes.BFLOAT16
    itemsize = 2 if half else datatypes.NUMBERS[tensor.datatype].itemsize
    if len(data) != tensor.size * itemsize:
        refuse(
            f"Input {tensor.name!r} of shape {list(tensor.shape)} and type {tensor.datatype} takes "
            f"{tensor.size * itemsize} bytes; given were {len(data)}."
        )
    if half:
        return from_bfloat16(data)
    if tensor.datatype == "BOOL" and len(data) and np.frombuffer(data, np.uint8).max() > 1:
        refuse(f"Input {tensor.name!r}: each byte of a BOOL is 0 or 1.")
    # The JSON in front of the data may have any length; a runtime may count on numbers that begin where they should.
    return np.require(np.frombuffer(data, datatypes.NUMBERS[tensor.datatype]), requirements="A")


def _from_json(tensor: GivenTensor, data: list[Any]) -> NDArray[Any]:
    real = _is_real(tensor.datatype)
    # As objects: NumPy would cut off fractions, take null for NaN, and pad all texts to the length of the longest.
    elements = np.array(data, dtype=object)
    if elements.ndim > DIMENSIONS:
        refuse(f"Input {tensor.name!r}: 'data' is nested too deeply.")
    if elements.ndim > 1 and elements.shape != tensor.shape:
        refuse(
            f"Input {tensor.name!r}: 'data' is nested to the shape {list(elements.shape)}, but 'shape' says "
            f"{list(tensor.shape)}. Nest it accordingly, or send a flat list."
        )
    foreign = set(map(type, elements.flat)) - _types_of(tensor.datatype)
    if list in foreign:
        refuse(f"Input {tensor.name!r}: the lists in 'data' are not of equal lengths.")
    _check_count(tensor, elements.size)
    if foreign:
        number = next(number for number, element in enumerate(elements.flat) if type(element) in foreign)
        wanted = {"BOOL": "true and false"}.get(tensor.datatype, "numbers" if real else "whole numbers")
        refuse(f"Input {tensor.name!r} of type {tensor.datatype} takes {wanted}; element {number} is something else.")
    if tensor.datatype == "BOOL":
        return elements.astype(bool)
    return _reals(tensor, elements) if real else _integers(tensor, elements)


def _check_count(tensor: GivenTensor, count: int) -> None:
    if count != tensor.size:
        refuse(f"Input {tensor.name!r} of shape {list(tensor.shape)} takes {tensor.size} elements; given were {count}.")


def _types_of(datatype: str) -> set[type]:
    """What the elements of its JSON may be."""
    if datatype == "BOOL":
        return {bool}
    return {int, float} if _is_real(datatype) else {int}


def _is_real(datatype: str) -> bool:
    return datatype == datatypes.BFLOAT16 or datatypes.NUMBERS[datatype].kind == "f"


def _integers(tensor: GivenTensor, elements: NDArray[Any]) -> NDArray[Any]:
    dtype = datatypes.NUMBERS[tensor.datatype]
    limits = np.iinfo(dtype)
    if elements.size and not (limits.min <= elements.min() and elements.max() <= limits.max):
        refuse(f"Input {tensor.name!r} of type {tensor.datatype} takes numbers from {limits.min} to {limits.max}.")
    return elements.astype(dtype)


def _reals(tensor: GivenTensor, elements: NDArray[Any]) -> NDArray[Any]:
    dtype = datatypes.NUMBERS.get(tensor.datatype, np.dtype("<f4"))
    try:
        with np.errstate(over="ignore"):
            numbers = elements.astype(np.float64).astype(dtype)
    except OverflowError:  # a whole number beyond float64
        numbers = np.array([np.inf], dtype)
    if not np.isfinite(numbers).all():
        refuse(f"Input {tensor.name!r}: a number is too large for {tensor.datatype}.")
    return numbers


def _from_base64(element: object, place: str) -> bytes:
    try:
        return b64decode(element, validate=True) if isinstance(element, str) else _no_base64(place)
    except (Base64Error, ValueError):
        return _no_base64(place)


def _no_base64(place: str) -> bytes:
    refuse(f"{place} is no base64, in which JSON carries bytes. Or send the tensor as binary data, without it.")
