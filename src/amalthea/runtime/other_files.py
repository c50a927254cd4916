"""Files that are no network of ours: what each is, and what opens it."""

import os
from pathlib import Path
from typing import Any, NoReturn
from zipfile import BadZipFile, ZipFile

from ..catalog import Variant, variant
from ..errors import ArgumentError, MissingFileError, UnknownModelError

_RECORD = "amalthea.json"  # what a classifier keeps in its .keras file
_WEIGHTS = "holds weights alone: amalthea.get_model(name, weights={file!r}) takes them."
_KINDS = {
    ".onnx": "is an ONNX model: amalthea.load({file!r}) opens what amalthea.save wrote.",
    ".xml": (
        "is a network of OpenVINO: openvino.compile_model({file!r}, 'CPU') opens it. Amalthea opens the .onnx file "
        "that it was made of."
    ),
    ".tflite": (
        "is a network of LiteRT, formerly TensorFlow Lite: ai_edge_litert.interpreter.Interpreter({file!r}) opens it. "
        "Amalthea opens .onnx files of amalthea.save."
    ),
    ".pb": "is of TensorFlow: tensorflow.saved_model.load opens its folder.",
    ".h5": (
        "is of Keras 2. If it holds weights alone, amalthea.get_model(name, weights={file!r}) takes them; if a whole "
        "model, make it one that answers: `amalthea export {file} {onnx} --classes names.txt --scaling ...`, where "
        "`amalthea export --help` says what stands there"
    ),
    **dict.fromkeys((".weights.h5", ".npz", ".pt", ".pth", ".safetensors"), _WEIGHTS),
}
_KINDS[".hdf5"] = _KINDS[".h5"]
_CLASSIFIER = (
    "is a classifier to train on. Make it one that answers: amalthea.ImageClassifier.load({file!r}).save({onnx!r}), or "
    "`amalthea export {file} {onnx}` on the command line"
)
_MODEL = (
    "is a model of Keras. Make it one that answers: `amalthea export {file} {onnx} --classes names.txt --scaling ...`, "
    "where `amalthea export --help` says what stands there; or in Python, "
    "amalthea.save(keras.saving.load_model({file!r}), {onnx!r}, classes=[...], scaling=...)"
)
_BROKEN = "is no file of Keras, or damaged. Copy it again, or write it anew."


def named_variant(model: Any) -> Variant:
    """The row of a network that a user names; a path is answered with what opens the file.

    Raises:
        UnknownModelError: the catalogue has no such name.
        ArgumentError: it is a path, or no name at all.
        MissingFileError: the path of a file that is not there.

    Example:
        >>> named_variant("resnet-50").name
        'ResNet50'
        >>> named_variant("lite.xml")
        Traceback (most recent call last):
        amalthea.errors.MissingFileError: There is no file lite.xml (looked for at ...
    """
    if isinstance(model, os.PathLike):
        _refuse(Path(model))
    try:
        return variant(model)
    except UnknownModelError:
        if not _is_path(model):
            raise
    _refuse(Path(model))


def refuse_other_kinds(file: Path) -> None:
    """Refuse a file whose name says that it is no ONNX model. What stands in others, whoever opens them will tell.

    Raises:
        ArgumentError: the message says what opens it.
        MissingFileError: there is none.
    """
    if file.suffix.lower() != ".onnx" and what_opens(file):
        _refuse(file)


def _refuse(file: Path) -> NoReturn:
    """Say what opens a file instead."""
    if not file.exists():
        raise MissingFileError(f"There is no file {file} (looked for at {file.absolute()}). Check the path.")
    raise ArgumentError(
        f"{file} {what_opens(file) or 'is no network. Amalthea opens names of the catalogue and .onnx files.'}"
    )


def what_opens(file: Path) -> str | None:
    """What a file is and what opens it, a sentence that goes on after its path; None where nobody knows.

    Args:
        file: looked into only where that decides.
    """
    name = file.name.lower()
    if (file / "saved_model.pb").is_file():
        said = "is a SavedModel of TensorFlow: tensorflow.saved_model.load({file!r}) opens it."
    elif name.endswith(".keras"):
        said = {True: _CLASSIFIER, False: _MODEL, None: _BROKEN}[is_classifier(file)]
    else:
        suffix = next((suffix for suffix in sorted(_KINDS, key=len, reverse=True) if name.endswith(suffix)), "")
        said = _KINDS.get(suffix, "")
    return said.format(file=str(file), onnx=str(file.parent / f"{file.stem}.onnx")) or None


def is_classifier(file: Path) -> bool | None:
    """Whether a ``.keras`` file is one of ``ImageClassifier``, not a model alone; None where it cannot be read."""
    try:
        with ZipFile(file) as archive:
            return _RECORD in archive.namelist()
    except (BadZipFile, OSError):
        return None


def _is_path(model: str) -> bool:
    """Whether a text that is no name of the catalogue must be meant as a path."""
    return any(mark in model for mark in "/\\") or what_opens(Path(model)) is not None or Path(model).is_file()
