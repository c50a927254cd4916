"""The answer to an inference request: JSON, and what stands behind it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .binary import bytes_of, bytes_of_elements
from .classification import best_of
from .datatypes import BYTES, datatype_of
from .question import Question, WantedOutput, refuse

VERSION = "1"
"""Of every model: a server serves each in one version."""


def answer(
    question: Question, model: str, arrays: Mapping[str, NDArray[Any]], classes: Sequence[str]
) -> tuple[bytes, int | None]:
    """The body of an answer.

    Args:
        question: that is answered.
        model: its name.
        arrays: the outputs that were asked for, in the order of the answer.
        classes: of the model; empty where they are not known.

    Returns:
        The body, and how many bytes of it are JSON; None where all of them are.

    Raises:
        Problem: an output cannot be sent in the way that was asked for.
    """
    wanted = {output.name: output for output in question.outputs}
    entries, segments = [], []
    for name, array in arrays.items():
        output = wanted.get(name, WantedOutput(name))
        binary = question.binary if output.binary is None else output.binary
        entry, content = _entry(output, array, classes, binary)
        entries.append(entry)
        if content is not None:
            segments.append(content)
    head: dict[str, Any] = {"model_name": model, "model_version": VERSION, "outputs": entries}
    if question.id is not None:
        head["id"] = question.id
    text = json.dumps(head, allow_nan=False).encode()
    return b"".join([text, *segments]), len(text) if segments else None


def _entry(
    output: WantedOutput, array: NDArray[Any], classes: Sequence[str], binary: bool
) -> tuple[dict[str, Any], bytes | None]:
    """The description of an output, and its bytes where they stand behind the JSON."""
    entry: dict[str, Any] = {"name": output.name, "datatype": datatype_of(array.dtype), "shape": list(array.shape)}
    if output.classes:
        rows = best_of(output.name, array, classes, output.classes)
        elements = [text for row in rows for text in row]
        entry |= {"datatype": BYTES, "shape": [len(rows), len(elements) // max(len(rows), 1)]}
        if not binary:
            return {**entry, "data": elements}, None
        content = bytes_of_elements(text.encode() for text in elements)
    elif binary:
        content = bytes_of(array)
    else:
        return {**entry, "data": _listed(output.name, array)}, None
    return {**entry, "parameters": {"binary_data_size": len(content)}}, content


def _listed(name: str, array: NDArray[Any]) -> list[Any]:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        refuse(f"Output {name!r} holds NaN or an infinity, which JSON does not know. Ask for it as binary data.")
    elements: list[Any] = array.ravel().tolist()
    return elements
