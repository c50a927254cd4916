"""ONNX files that tell by themselves whether they are whole.

They end in the hash of all before it, written as a field of an ONNX model (number 14, ``metadata_props``): as messages
of this kind may be concatenated, a graph with it is still an ONNX file like any other.
"""

import hashlib

_FIELD = b"\x72\x4a\x0a\x06sha256\x12\x40"

SIZE = len(_FIELD) + 64  # bytes


def seal(content: bytes | memoryview) -> bytes:
    """What is to be written behind the content."""
    return _FIELD + hashlib.sha256(content).hexdigest().encode()


def is_whole(content: memoryview) -> bool:
    """Whether the content ends in the seal of all before."""
    return content[-SIZE:] == seal(content[:-SIZE])
