"""The texts that an ONNX file carries beside its graph, read without importing onnx, which takes longer than the rest.

An ONNX file is a message of Protocol Buffers: https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator

_GRAPH, _METADATA = 7, 14  # of onnx.ModelProto
_INITIALIZER = 5  # of onnx.GraphProto
_EXTERNAL_DATA = 13  # of onnx.TensorProto
_KEY, _VALUE = 1, 2  # of onnx.StringStringEntryProto
_FIXED = {1: 8, 5: 4}  # bytes of the kinds of fixed length


def read_metadata(content: memoryview) -> dict[str, str]:
    """The metadata of a model.

    Raises:
        ValueError: this is no such message.
    """
    entries = (dict(fields(value)) for number, value in fields(content) if number == _METADATA)
    return {
        str(entry[_KEY], "utf-8"): str(entry[_VALUE], "utf-8") for entry in entries if {_KEY, _VALUE} <= entry.keys()
    }


def metadata_entry(key: str, value: str) -> bytes:
    """What adds a text to the metadata of a model, written behind it: messages of this kind may be concatenated."""
    return _text(_METADATA, _text(_KEY, key.encode()) + _text(_VALUE, value.encode()))


def keeps_weights_elsewhere(content: memoryview) -> bool:
    """Whether numbers of a model stand in another file.

    Raises:
        ValueError: this is no such message.
    """
    graphs = (value for number, value in fields(content) if number == _GRAPH)
    weights = (value for graph in graphs for number, value in fields(graph) if number == _INITIALIZER)
    return any(number == _EXTERNAL_DATA for weight in weights for number, _ in fields(weight))


def fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and bytes of each field of a message."""
    position = 0
    while position < len(message):
        tag, position = _number(message, position)
        kind, start = tag & 7, position
        if kind == 0:
            _, position = _number(message, position)
        elif kind == 2:
            length, start = _number(message, position)
            position = start + length
        else:
            position += _FIXED.get(kind, len(message) + 1)
        if position > len(message):
            raise ValueError("a field reaches beyond the end")
        yield tag >> 3, message[start:position]


def _number(message: memoryview, position: int) -> tuple[int, int]:
    """A number, seven bits a byte, the lowest first; and the position behind it."""
    number = 0
    for index, byte in enumerate(message[position : position + 10]):
        number |= (byte & 127) << (7 * index)
        if byte < 128:
            return number, position + index + 1
    raise ValueError("a number has no end")


def _text(number: int, value: bytes) -> bytes:
    """A field of bytes."""
    length, rest = bytearray(), len(value)
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    return bytes([number << 3 | 2, *length, rest]) + value
