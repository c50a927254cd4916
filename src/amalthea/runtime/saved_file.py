"""Files of ``amalthea.save``, read without importing onnx, and whether they are whole."""

from contextlib import suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

from ..catalog import list_models
from ..errors import MissingFileError, ModelFileError
from ..storage import settled, stamp, stamped
from .description import KEY, Description, description_in
from .metadata import keeps_weights_elsewhere, metadata_entry, read_metadata
from .other_files import what_opens
from .seal import SIZE, digest_of_part

_LARGE = 2**22  # bytes; what is smaller is read sooner than a stamp of it is written
_STAMP = "graph"
_PRODUCER = b"\x12\x08amalthea"  # near the beginning of every graph that we write
_ELSEWHERE = "keeps weights in another file, as amalthea.save never does. Write it again with amalthea.save."


class SavedNetwork(NamedTuple):
    """What a file holds.

    Attributes:
        content: all of it, an ONNX model.
        description: of the network.
        digest: SHA-256 of the graph, without what is written behind it.
    """

    content: bytes
    description: Description
    digest: str


class Facts(NamedTuple):
    """The same without the content."""

    description: Description
    digest: str


def read(file: Path) -> SavedNetwork:
    """What a file of ``amalthea.save`` holds, which is whole.

    Raises:
        MissingFileError, ModelFileError: see ``load``.
    """
    content = _content(file)
    view = memoryview(content)
    text = _description(view)
    digest = digest_of_part(view, max(0, len(content) - SIZE - len(metadata_entry(KEY, text or ""))))
    if digest is None:
        raise ModelFileError(f"{file} {_fault(content, file)}")
    if text is None:
        raise ModelFileError(f"{file} holds a graph alone, nothing of what it is for. Write it with amalthea.save.")
    if _is_in_parts(view):
        raise ModelFileError(f"{file} {_ELSEWHERE}")
    return SavedNetwork(content, description_in(text, file), digest)


def known_facts(file: Path, verify: bool) -> Facts:
    """What a file says of its network; not read to its end where it was found whole, and has not changed since.

    Args:
        file: of ``amalthea.save``.
        verify: read all of it, whatever is known.

    Raises:
        MissingFileError, ModelFileError: see ``load``.
    """
    try:
        before = file.stat()
        if not verify and (found := _found_whole(file)):
            return found
    except (OSError, ValueError):  # about which reading it will tell
        return Facts(*read(file)[1:])
    _, description, digest = read(file)
    if before.st_size >= _LARGE and settled(before):
        with suppress(OSError):
            stamp(file, _STAMP, digest, before)
    return Facts(description, digest)


def _found_whole(file: Path) -> Facts | None:
    """None where the file must be read.

    Raises:
        OSError: it cannot be.
    """
    if (digest := stamped(file, _STAMP)) is None:
        return None
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        text = _description(memoryview(content))
    return Facts(description_in(text, file), digest) if text else None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        known = " A network of that name opens amalthea.predictor." if list_models(str(file)) else ""
        raise MissingFileError(
            f"There is no file {file} (looked for at {file.absolute()}). Check the path.{known}"
        ) from None
    except OSError as problem:
        if said := what_opens(file):  # a folder
            raise ModelFileError(f"{file} {said}") from None
        raise ModelFileError(
            f"{file} cannot be read: {problem.strerror}. Check the path and its permissions."
        ) from None


def _description(content: memoryview) -> str | None:
    """The text in a file that may be damaged."""
    try:
        return read_metadata(content).get(KEY)
    except ValueError:
        return None


def _fault(content: bytes, file: Path) -> str:
    """What is wrong with a file that does not end in its seal."""
    if file.suffix.lower() != ".onnx" and (said := what_opens(file)):
        return said
    if _PRODUCER in content[:64]:
        if _is_in_parts(memoryview(content)):
            return _ELSEWHERE
        return "is damaged, cut off, or was changed by another program. Copy it again, or write it with amalthea.save."
    try:
        read_metadata(memoryview(content))
    except ValueError:
        return "is no ONNX model, or damaged. amalthea.load opens what amalthea.save wrote."
    return (
        "is no ONNX model by amalthea.save, so that neither its classes nor its pixels are known. "
        f"openvino.compile_model({str(file)!r}, 'CPU') opens it."
    )


def _is_in_parts(content: memoryview) -> bool:
    """Whether weights stand in another file, as far as can be read."""
    try:
        return keeps_weights_elsewhere(content)
    except ValueError:
        return False
