"""Opening a classifier that was saved in one file, without Keras."""

import json
import os
from pathlib import Path
from typing import Any

from .. import __version__
from ..catalog import ScalingSteps
from ..errors import MissingFileError, ModelFileError
from ..images import Preparation
from .metadata import read_metadata
from .prediction import Predictor
from .seal import is_whole

FORMAT = 1
"""Raised whenever an older version of this library could not read what a newer one writes."""

KEY = "amalthea"
"""Under which an ONNX file describes its classifier, in JSON."""

_PRODUCER = b"\x12\x08amalthea"  # near the beginning of every graph that we write
_EXTERNAL = b"\x0a\x08location\x12"  # in a tensor whose numbers stand in another file


def load(path: str | os.PathLike[str], *, precision: str = "float32") -> Predictor:
    """Open a classifier that ``amalthea.save`` wrote, without Keras.

    Args:
        path: the file.
        precision: as for ``amalthea.predictor``.

    Returns:
        Its ``predict_images`` and ``probabilities`` take picture files; ``classes`` names what it knows. Called with
        arrays, it takes uint8 pictures of the network's size, shape (N, rows, columns, 3), RGB in [0, 255].

    Raises:
        MissingFileError: there is no such file.
        ModelFileError: it was not written by ``amalthea.save``, is damaged, cut off or changed, or of a later format.
        ArgumentError: another precision, or one that the processor does not have.

    Example:
        >>> from amalthea import save
        >>> from amalthea.applications import MobileNet
        >>> save(MobileNet(alpha=0.25, weights=None, classes=2), "pets.onnx", classes=["cat", "dog"])
        >>> load("pets.onnx").predict_images("elephant.jpg", top=1)[0].classes[0].name in ("cat", "dog")
        True
    """
    file = Path(path)
    content = _content(file)
    if not is_whole(memoryview(content)):
        raise ModelFileError(f"{file} {_fault(content, file)}")
    description = json.loads(read_metadata(memoryview(content)).get(KEY, "{}"))
    if not description:
        raise ModelFileError(f"{file} holds a graph alone, no classes. Write it with amalthea.save.")
    if description["format"] != FORMAT:
        raise ModelFileError(
            f"{file} has format {description['format']}, written by amalthea {description['versions']['amalthea']}; "
            f"version {__version__} reads format {FORMAT}. Update it: pip install --upgrade amalthea"
        )
    return opened(content, description, file.name, precision)


def opened(content: bytes, description: dict[str, Any], name: str, precision: str = "float32") -> Predictor:
    """A predictor from a graph and its description; ``name`` stands in messages."""
    from .runners.openvino import OpenVINORunner

    runner = OpenVINORunner(content, precision=precision)
    return Predictor(
        name=name,
        runner=runner,
        inputs=tuple(spec.name for spec in runner.inputs),
        preparation=Preparation(
            size=tuple(description["size"]),
            scaling=_steps(**description["scaling"]),
            interpolation=description["interpolation"],
        ),
        classes=tuple(description["classes"]),
    )


def _steps(mean: Any, deviation: Any, **others: Any) -> ScalingSteps:
    """JSON has lists, not tuples."""
    return ScalingSteps(mean=tuple(mean), deviation=tuple(deviation), **others)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(f"There is no file {file} (looked for at {file.absolute()}). Check the path.") from None
    except OSError as problem:
        raise ModelFileError(
            f"{file} cannot be read: {problem.strerror}. Check the path and its permissions."
        ) from None


def _fault(content: bytes, file: Path) -> str:
    """What is wrong with a file that does not end in its seal."""
    if _PRODUCER in content[:64]:
        if _EXTERNAL in content:
            return "keeps weights in another file, as amalthea.save never does. Write it again with amalthea.save."
        return "is damaged, cut off, or was changed by another program. Copy it again, or write it with amalthea.save."
    if file.suffix == ".keras":
        return "is a model of Keras. Open it with amalthea.ImageClassifier.load, and save it as .onnx."
    try:
        read_metadata(memoryview(content))
    except ValueError:
        return "is no ONNX model, or damaged. amalthea.load opens what amalthea.save wrote."
    return "is no ONNX model by amalthea.save, so that neither its classes nor its pixels are known."
