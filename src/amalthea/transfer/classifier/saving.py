"""A classifier as a file that Keras can open, too: its model, and beside it what Keras does not know."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import isfinite, nan
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...errors import ArgumentError, BrokenWeightsError, MissingFileError
from ...images import Preparation
from ...runtime import save
from ...storage import atomic_file
from .grouped import quicken
from .learned_pictures import NONE, Marks, learned_marks
from .parameters import from_plain, steps_of, to_plain

if TYPE_CHECKING:
    import keras

    from .answering import Answering

    Kind = TypeVar("Kind", bound=Answering)

_MEMBER = "amalthea.json"
_FORMAT = 1


class Record(NamedTuple):
    """What makes a model of Keras a classifier.

    Attributes:
        parameters: of the classifier, without those that are objects.
        classes: shape (k,), sorted.
        preparation: how pictures become what the model takes.
        variant: name of the network in the catalogue; "" for other models.
        history: losses and accuracies after each epoch, and which were kept; see ``train``.
        tuned_from: number of epochs before ``fine_tune`` first trained more than the head; None: it never did, or the
            file is older than this record.
        temperature: by which the weights of the last layer were divided since they were trained.
        times: seconds that its training took, stage by stage.
        learned: marks of the pictures that it learned from.
    """

    parameters: Mapping[str, Any]
    classes: NDArray[Any]
    preparation: Preparation
    variant: str
    history: Mapping[str, Any]
    tuned_from: int | None = None
    temperature: float = 1.0
    times: Mapping[str, float] = MappingProxyType({})
    learned: Marks = NONE


def record_of(classifier: "Answering") -> Record:
    """What a fitted classifier knows beside its model. A network that is an object is none of its parameters."""
    parameters = classifier.get_params()
    return Record(
        parameters=parameters if isinstance(classifier.model, str) else {**parameters, "model": None},
        classes=classifier.classes_,
        preparation=classifier.preparation_,
        variant=classifier.variant_,
        history=classifier.history_,
        tuned_from=classifier.tuned_from_,
        temperature=classifier.temperature_,
        times=classifier.times_,
        learned=learned_marks(classifier),
    )


def restored(kind: "type[Kind]", model: "keras.Model", record: Record) -> "Kind":
    """A fitted classifier of what is known of it."""
    classifier = kind(**record.parameters)
    classifier.model_, classifier.classes_, classifier.preparation_ = model, record.classes, record.preparation
    classifier.variant_, classifier.tuned_from_ = record.variant, record.tuned_from
    classifier.history_, classifier.temperature_ = dict(record.history), record.temperature
    classifier.times_, classifier._learned_before = dict(record.times), record.learned
    return classifier


def write_classifier(path: Path, model: "keras.Model", record: Record) -> None:
    """Save a classifier in one file, which appears whole or not at all.

    Args:
        path: ends in ``.keras``, where plain Keras ignores the record; or in ``.onnx``, see ``amalthea.save``.
        model: from pictures to scores.
        record: beside it.

    Raises:
        ArgumentError: another suffix.
        StorageError: the folder cannot be written, or the disk is full.
    """
    if path.suffix == ".onnx":
        save(
            model,
            path,
            classes=list(map(str, record.classes)),
            scaling=record.preparation.scaling,
            size=record.preparation.size,
            interpolation=record.preparation.interpolation,
            variant=record.variant or None,
            threshold=record.parameters.get("threshold"),
        )
    elif path.suffix == ".keras":
        _write_keras_file(path, model, record)
    else:
        raise ArgumentError(
            f"{path}: end the name in .keras, to train on, or in .onnx, one file for amalthea.load and "
            "`amalthea predict --model`."
        )


def read_classifier(path: Path) -> tuple["keras.Model", Record]:
    """The model and the record of a ``.keras`` file of ``write_classifier``. Nothing in it is executed.

    Convolutions with groups learn as fast as our constructors make them, unlike those that plain Keras loads.

    Raises:
        MissingFileError: there is no such file.
        ArgumentError: a model without a record, an ONNX file, one that a newer Amalthea wrote, or classes of the
            user's own that Keras does not know yet.
        BrokenWeightsError: the file is damaged, or no model of Keras.
    """
    import keras

    content = _content(path)
    try:
        record = _record(content)
        model = keras.saving.load_model(path, compile=False)
    except Exception as problem:  # Keras raises errors of many types on damaged files
        if strangers := _unregistered(path):
            raise ArgumentError(
                f"{path} holds layers or functions that Keras does not know here: {', '.join(strangers)}. Put "
                "@keras.saving.register_keras_serializable() before each of them, and import the module that defines "
                "them before you load the file."
            ) from problem
        raise BrokenWeightsError(f"{path} is damaged: {_first_line(problem)} Save the classifier again.") from problem
    quicken(model)
    return model, record


def _write_keras_file(path: Path, model: "keras.Model", record: Record) -> None:
    import keras

    content = {
        "format": _FORMAT,
        "amalthea": __version__,
        "parameters": to_plain(record.parameters),
        "classes": record.classes.tolist(),
        "class_type": record.classes.dtype.str,
        "preparation": asdict(record.preparation),
        "variant": record.variant,
        "history": record.history,
        "tuned_from": record.tuned_from,
        "temperature": record.temperature,
        "times": dict(record.times),
        "learned": record.learned.astype("<u8").tobytes().hex(),
    }
    with atomic_file(path, setting=None) as temporary:
        keras.saving.save_model(model, temporary)
        with ZipFile(temporary, "a") as archive:
            archive.writestr(_MEMBER, json.dumps(finite(content), indent=1, allow_nan=False))


def _record(content: dict[str, Any]) -> Record:
    prepared = content["preparation"]
    return Record(
        parameters=from_plain(content["parameters"]),
        classes=np.array(content["classes"], content["class_type"]),
        preparation=Preparation(
            size=tuple(prepared["size"]),
            scaling=steps_of(prepared["scaling"]),
            interpolation=prepared["interpolation"],
        ),
        variant=content["variant"],
        history={
            name: [nan if value is None else value for value in values] for name, values in content["history"].items()
        },
        tuned_from=content.get("tuned_from"),
        temperature=float(content.get("temperature", 1)),
        times=content.get("times", {}),
        learned=np.frombuffer(bytes.fromhex(content.get("learned", "")), "<u8").astype(np.uint64),
    )


def finite(value: Any) -> Any:
    """The same for JSON, which has no NaN and nothing infinite: null stands for them."""
    if isinstance(value, dict):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _content(path: Path) -> dict[str, Any]:
    if path.suffix == ".onnx":
        raise ArgumentError(f"{path} is for prediction alone: amalthea.load opens it. To train on, save as .keras.")
    if not path.is_file():
        raise MissingFileError(f"There is no file {path} (looked for at {path.absolute()}). Check the path.")
    try:
        with ZipFile(path) as archive:
            content = archive.read(_MEMBER) if _MEMBER in archive.namelist() else None
            is_keras = "config.json" in archive.namelist()
    except (BadZipFile, OSError) as problem:
        raise BrokenWeightsError(
            f"{path} is no .keras file, or is damaged: {problem}. Save the classifier again."
        ) from problem
    if content is None and is_keras:
        raise ArgumentError(
            f"{path} holds a model, but no classes: ImageClassifier did not write it. keras.saving.load_model opens "
            "it, and ImageClassifier(model) builds upon it."
        )
    try:
        record = dict(json.loads(content or b""))
        written = record["format"]
    except (ValueError, TypeError, KeyError) as problem:
        raise BrokenWeightsError(f"{path} is damaged: its {_MEMBER} cannot be read. Save it again.") from problem
    if written != _FORMAT:
        raise ArgumentError(
            f"{path} was written by Amalthea {record.get('amalthea')} in format {written}; this one reads format "
            f"{_FORMAT}. Install the newer one: pip install --upgrade amalthea"
        )
    return record


def _unregistered(path: Path) -> list[str]:
    """Names of what a file of Keras was made of, is none of Keras' own, and is not registered."""
    import keras

    try:
        with ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (BadZipFile, OSError, KeyError, ValueError):
        return []
    found = {name for name in _registered_names(config) if keras.saving.get_registered_object(name) is None}
    return sorted(found)


def _registered_names(config: Any) -> Iterator[str]:
    """Under which names Keras looks for the classes and functions in a configuration; its own have none."""
    if isinstance(config, dict):
        module = str(config.get("module") or "")
        if isinstance(name := config.get("registered_name"), str) and module.split(".")[0] != "keras":
            yield name
    for part in config.values() if isinstance(config, dict) else config if isinstance(config, list) else ():
        yield from _registered_names(part)


def _first_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0] if lines else ''}."
