"""ONNX files that tell by themselves whether they are whole.

They end in the hash of all before it, written as a field of an ONNX model (number 14, ``metadata_props``): as messages
of this kind may be concatenated, a graph with it is still an ONNX file like any other.
"""

import hashlib

_FIELD = b"\x72\x4a\x0a\x06sha256\x12\x40"

SIZE = len(_FIELD) + 64  # bytes


def seal(*parts: bytes | memoryview) -> bytes:
    """What is to be written behind a content, which may come in parts."""
    known = hashlib.sha256()
    for part in parts:
        known.update(part)
    return _FIELD + known.hexdigest().encode()


def hash_in(content: memoryview) -> str | None:
    """The hash in the seal at the end of a content, whether it is right or not; None where there is no seal."""
    found = bytes(content[-SIZE:])
    return found.removeprefix(_FIELD).decode("latin-1") if found.startswith(_FIELD) else None


def is_whole(content: memoryview) -> bool:
    """Whether the content ends in the seal of all before."""
    return digest_of_part(content, 0) is not None


def digest_of_part(content: memoryview, size: int) -> str | None:
    """SHA-256 of the first bytes of a content; None where it does not end in the seal of all before.

    Args:
        content: read once for both.
        size: how many bytes; not more than there are before the seal.
    """
    known = hashlib.sha256(content[:size])
    found = known.hexdigest()
    known.update(content[size:-SIZE])
    return found if content[-SIZE:] == _FIELD + known.hexdigest().encode() else None
