"""Saving a network in one file, with all that it takes to ask it."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..catalog import ScalingSteps
from ..errors import ArgumentError, ArgumentTypeError, MissingFileError
from ..storage import atomic_file
from .describing import described
from .description import FILE_PRECISIONS, KEY, Description
from .metadata import metadata_entry
from .one_file import is_one_file
from .open_sizes import answers_when_tried, shapes_to_try
from .other_files import named_variant, refuse_other_kinds
from .recognition import check_threshold
from .runners import open_runner
from .saved_file import read
from .saved_layers import still_there
from .scores import as_probabilities
from .seal import SIZE, seal
from .self_test import question, recorded

if TYPE_CHECKING:
    import keras
    import onnx

    from .quantization import Cost

_QUANTIZING = ("calibration", "held_out", "min_agreement")
_LARGEST = 2**31 - 1  # bytes of a message of Protocol Buffers


class _Network(NamedTuple):
    """What is about to be saved.

    Attributes:
        name: for messages.
        content: of an ONNX file.
        description: without self-test.
    """

    name: str
    content: bytes
    description: Description


def save(
    model: "keras.Model | str | os.PathLike[str]",
    path: str | os.PathLike[str],
    *,
    classes: Iterable[str] | None = None,
    scaling: str | float | ScalingSteps | None = None,
    size: int | Sequence[int] | None = None,
    interpolation: str | None = None,
    variant: str | None = None,
    threshold: float | None = None,
    precision: str = "float32",
    **quantizing: Any,
) -> "Cost | None":
    """Write a network with all that it needs into one file, which ``amalthea.load`` opens without Keras.

    It is an ONNX model. That of a classifier takes uint8 pictures, RGB in [0, 255], shape (N, rows, columns, 3), and
    scales them itself. Other ONNX tools open it, too, and find the rest as JSON in its metadata, under "amalthea":
    classes, how pictures are prepared, where the network comes from, and a question with the network's answer, by which
    ``amalthea.load(path, verify=True)`` tells whether another machine computes the same.

    Args:
        model: of Keras; or with ``precision="int8"`` also the path of a file that was saved in float32.
        path: ends in ``.onnx``. The file appears whole or not at all.
        classes: their names, any text, in the order of the scores: the model has one input, pictures; and one output, a
            softmax of shape (N, classes), or for two classes a sigmoid of shape (N, 1), the probability of the second.
            None takes ImageNet's for a network of ours with 1000 scores. Any other model has none, or ``()``; it may
            have several inputs and outputs.
        scaling: what the model expects of pixels, as for ``amalthea.catalog.scaling_steps``. A model that one of our
            constructors built knows it; one whose input is uint8, or whose first layers scale pictures, such as
            ``Rescaling(1 / 255)``, does so itself. Without classes it may remain unknown: the file then takes what the
            model took.
        size: rows and columns of the pictures in pixels, or one number for both; needed only where the model leaves
            them open, and the catalogue does not tell. Where nobody says how pictures are scaled, the file takes any
            size as its model does, and the question in it has this one, or 96.
        interpolation: how pictures get this size, as for ``amalthea.images.resize``; None takes what the catalogue
            says, else "nearest". Only where it is known how they are scaled.
        variant: name of the network in the catalogue, where the model is built upon one; a model that one of our
            constructors built knows it.
        threshold: how probable the best class of a picture must be for ``predict_images`` to answer it, in [0, 1]; else
            the answer is None, "none of these". None answers in any case, or as ``model`` does, if it is a file.
        precision: of the numbers in the file, ``"float32"``, or ``"int8"``: a fourth of the size, and several times as
            fast where the processor has the instructions.
        quantizing: with int8, ``calibration``, ``held_out`` and ``min_agreement`` of ``amalthea.runtime.quantized``.

    Returns:
        With int8, what it costs, measured on pictures that the calibration did not see; else None. It is logged, too,
        as information of the logger "amalthea.runtime".

    Raises:
        ArgumentError: an argument that cannot be used, a model that returns no probabilities though it has classes, or
            one of more than 2 GiB; with int8, answers that agree too seldom.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        MissingFileError, ModelFileError: ``model`` is a file that is not there, or cannot be used.
        MissingDependencyError: int8 needs NNCF.
        StorageError: the file cannot be written.

    Example:
        >>> from amalthea.applications import MobileNet
        >>> model = MobileNet(alpha=0.25, weights=None, classes=2)
        >>> save(model, "pets.onnx", classes=["cat", "dog"])
        >>> from amalthea import load
        >>> load("pets.onnx").classes
        ('cat', 'dog')
    """
    file = _new_file(Path(path))
    _check_precision(precision, quantizing)
    check_threshold(threshold)
    facts = {
        "classes": classes,
        "scaling": scaling,
        "size": size,
        "interpolation": interpolation,
        "variant": variant,
    }
    network = _of_file(Path(model), facts, precision) if is_one_file(model) else _of_model(model, facts)
    if threshold is not None:
        network = _with_threshold(network, threshold)
    cost = None
    if precision == "int8":
        network, cost = _quantized(network, quantizing)
    # By its digest, whoever opens the file will find in the cache what is compiled here.
    runner = open_runner(network.content, cache_key=hashlib.sha256(network.content).hexdigest())
    prepared = network.description.preparation
    shapes: list[tuple[int, ...]] = [(1, *prepared.size, 3)] if prepared else shapes_to_try(runner.inputs, size)
    answers = answers_when_tried(runner, question(shapes, runner.inputs), network.name)
    _check_answers(network.name, answers, len(network.description.classes))
    provenance = {**network.description.provenance, "precision": precision}
    self_test = recorded(shapes, answers, precision)
    _write(file, network.content, replace(network.description, provenance=provenance, self_test=self_test))
    if cost:
        getLogger(__package__).info("%s in int8:\n%s", network.name, cost)
    return cost


def _of_model(model: Any, facts: dict[str, Any]) -> _Network:
    if isinstance(model, str):
        name = named_variant(model).name
        raise ArgumentError(f"model={model!r} is the name of a network. Build it first: amalthea.get_model({name!r})")
    graph, description = described(model, **facts)
    return _Network(f"Model {model.name!r}", _serialized(graph, model.name), description)


def _of_file(file: Path, facts: dict[str, Any], precision: str) -> _Network:
    refuse_other_kinds(file)
    if precision == "float32":
        raise ArgumentError(f"{file} is a finished file in float32. Copy it, or give precision='int8'.")
    if given := [name for name, value in facts.items() if value is not None]:
        raise ArgumentError(f"{', '.join(given)}: {file} is a finished model, which knows that itself. Leave it out.")
    found = read(file)
    if found.description.precision != "float32":
        raise ArgumentError(f"{file} is {found.description.precision} already. Take the file in float32.")
    return _Network(str(file), found.content, found.description)


def _with_threshold(network: _Network, threshold: float) -> _Network:
    if not network.description.classes:
        raise ArgumentError(f"threshold={threshold}: {network.name} has no classes that could be too improbable.")
    return network._replace(description=replace(network.description, threshold=float(threshold)))


def _quantized(network: _Network, quantizing: dict[str, Any]) -> tuple[_Network, "Cost"]:
    from .quantization import quantize

    if not network.description.classes:
        raise ArgumentError(
            f"{network.name} has no classes. What int8 costs is judged by whether the best class of a picture remains "
            "the same, so that only classifiers are saved in it: name them with classes=. For speed without them, open "
            "the file in float32 with amalthea.load(path, precision='bfloat16')."
        )
    found = quantize(network.content, network.description, **quantizing, name=network.name)
    provenance = {**network.description.provenance, "cost": asdict(found.cost)}
    layers = still_there(found.content, network.description.layers)
    description = replace(network.description, provenance=provenance, layers=layers)
    return network._replace(content=found.content, description=description), found.cost


def _write(file: Path, content: bytes, description: Description) -> None:
    text = metadata_entry(KEY, description.to_json())
    if len(content) + len(text) + SIZE > _LARGEST:
        raise ArgumentError(f"{file} would be larger than 2 GiB, which no ONNX file can be. Keep the .keras file.")
    with atomic_file(file, setting=None) as temporary, temporary.open("wb") as stream:
        for part in (content, text, seal(content, text)):
            stream.write(part)


def _new_file(path: Path) -> Path:
    if path.suffix != ".onnx":
        raise ArgumentError(f"path={str(path)!r} must end in .onnx.")
    if path.is_dir():
        raise ArgumentError(f"path={str(path)!r} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise MissingFileError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    return path


def _check_precision(precision: str, quantizing: dict[str, Any]) -> None:
    if unknown := [name for name in quantizing if name not in _QUANTIZING]:
        raise ArgumentTypeError(f"amalthea.save takes no {', '.join(unknown)}. See help(amalthea.save).")
    if precision not in FILE_PRECISIONS:
        advice = " It is chosen when the file is opened: amalthea.load(path, precision='bfloat16')."
        raise ArgumentError(
            f"precision={precision!r}; a file is {' or '.join(map(repr, FILE_PRECISIONS))}."
            + (advice if precision == "bfloat16" else "")
        )
    if precision == "int8" and "calibration" not in quantizing:
        raise ArgumentError(
            "precision='int8' needs calibration=, a folder with pictures of the kind that the network will see; 100 to "
            "300 are enough."
        )
    if precision != "int8" and quantizing:
        raise ArgumentError(f"{', '.join(quantizing)}: goes with precision='int8' only.")


def _serialized(graph: "onnx.ModelProto", name: str) -> bytes:
    try:
        content: bytes = graph.SerializeToString()
    except Exception as problem:  # one of Protocol Buffers' own, which has no public name
        raise ArgumentError(
            f"Model {name!r} makes a graph of more than 2 GiB, which no ONNX file can be. Keep the .keras file."
        ) from problem
    return content


def _check_answers(name: str, answers: Sequence[NDArray[Any]], classes: int) -> None:
    """Let no file be written that cannot answer."""
    if not all(np.isfinite(answer).all() for answer in answers):
        raise ArgumentError(
            f"{name} answers with no numbers (NaN) or infinite ones: its training went astray. Train it again with a "
            "lower learning rate."
        )
    if classes and as_probabilities(answers[0], classes) is None:
        raise ArgumentError(
            f"{name} returns no probabilities, which lie in [0, 1] and sum to 1. Let it end in a softmax, or for two "
            "classes in one sigmoid; or save it without classes: classes=(), or no --classes for `amalthea export`."
        )
