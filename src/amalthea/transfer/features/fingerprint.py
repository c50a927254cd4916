"""What a graph computes, as one hash: two networks share it only if they are the same but for names."""

import hashlib
from collections.abc import Iterable
from typing import Any

import onnx


def fingerprint(model: onnx.ModelProto) -> str:
    """SHA-256 of operators, attributes, wiring and constants of an ONNX model.

    Names do not count, since Keras numbers the layers of a process, nor does the order in which operators are written.
    What no output depends on does not count either.

    Args:
        model: as ``to_onnx`` writes it: no external data, no operators that hold graphs of their own.

    Returns:
        64 hexadecimal digits.
    """
    graph = model.graph
    # Of every tensor: the hash of all that it is computed from.
    hashes = {"": b""}  # an optional input that is left out
    hashes |= {value.name: _input(number, value) for number, value in enumerate(graph.input)}
    hashes |= {constant.name: _constant(constant) for constant in graph.initializer}
    for node in graph.node:
        attributes = sorted(_attribute(attribute) for attribute in node.attribute)
        inputs = [hashes[name] for name in node.input]
        for number, name in enumerate(node.output):
            hashes[name] = _hash([node.domain, node.op_type, number, len(inputs), *inputs, *attributes])
    operators = sorted(f"{version.domain} {version.version}" for version in model.opset_import)
    return _hash([*operators, *(hashes[value.name] for value in graph.output)]).hex()


def _input(number: int, value: onnx.ValueInfoProto) -> bytes:
    tensor = value.type.tensor_type
    # A size that is open has a name instead of a value, which is read as 0.
    return _hash(["input", number, tensor.elem_type, *(size.dim_value for size in tensor.shape.dim)])


def _constant(tensor: onnx.TensorProto) -> bytes:
    content = tensor.raw_data or onnx.numpy_helper.to_array(tensor).tobytes()
    return _hash(["constant", tensor.data_type, *tensor.dims, content])


def _attribute(attribute: onnx.AttributeProto) -> bytes:
    if attribute.type == onnx.AttributeProto.TENSOR:  # which may bear a name
        return _hash([attribute.name, _constant(attribute.t)])
    return _hash([attribute.name, attribute.SerializeToString(deterministic=True)])


def _hash(parts: Iterable[Any]) -> bytes:
    """Each part goes in with its length, so that no two lists look alike."""
    whole = hashlib.sha256()
    for part in parts:
        content: bytes = part if isinstance(part, bytes) else str(part).encode()
        whole.update(b"%d " % len(content))
        whole.update(content)
    return whole.digest()
