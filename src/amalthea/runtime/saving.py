"""Saving a classifier in one file: network, preparation of pictures, classes."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__, catalog
from ..catalog import ScalingSteps, Variant, scaling_steps
from ..errors import ArgumentError, MissingFileError
from ..images import Preparation
from ..storage import atomic_file
from .graph import to_onnx
from .loading import FORMAT, KEY, opened
from .prediction import Predictor
from .scores import as_probabilities
from .seal import seal

if TYPE_CHECKING:
    import keras
    import onnx


def save(
    model: "keras.Model",
    path: str | os.PathLike[str],
    *,
    classes: Iterable[str],
    scaling: str | float | ScalingSteps | None = None,
    size: int | Sequence[int] | None = None,
    interpolation: str | None = None,
    variant: str | None = None,
) -> None:
    """Write a classifier with all that it needs into one file, which ``amalthea.load`` opens without Keras.

    It is an ONNX model that takes uint8 pictures, RGB in [0, 255], shape (N, rows, columns, 3), and scales them itself.
    Other ONNX tools open it too, and find the rest as JSON in its metadata, under "amalthea".

    Args:
        model: with one input, pictures; and one output, a softmax of shape (N, classes), or for two classes a sigmoid
            of shape (N, 1), the probability of the second.
        path: ends in ``.onnx``. The file appears whole or not at all.
        classes: their names, any text, in the order of the scores.
        scaling: what the model expects of pixels, as for ``amalthea.catalog.scaling_steps``. A model that one of our
            constructors built knows it.
        size: rows and columns of the pictures in pixels, or one number for both; needed only where the model leaves
            them open, and the catalogue does not tell.
        interpolation: how pictures get this size, as for ``amalthea.images.resize``; None takes what the catalogue
            says, else "nearest".
        variant: name of the network in the catalogue, where the model is built upon one; a model that one of our
            constructors built knows it.

    Raises:
        ArgumentError: an argument that cannot be used, or a model that returns no probabilities.
        UnsupportedLayerError: the model has a layer that cannot become part of a graph.
        StorageError: the file cannot be written.

    Example:
        >>> from amalthea.applications import MobileNet
        >>> model = MobileNet(alpha=0.25, weights=None, classes=2)
        >>> save(model, "pets.onnx", classes=["cat", "dog"])
        >>> from amalthea import load
        >>> load("pets.onnx").classes
        ('cat', 'dog')
    """
    from ..architectures import variant_of

    file, names = _new_file(Path(path)), _class_names(classes)
    row = variant_of(model) if variant is None else catalog.variant(variant)
    steps = _known_scaling(model, scaling, row)
    graph = to_onnx(model, scaling=steps)
    preparation = Preparation(
        size=_picture_size(graph, size, row),
        scaling=steps,
        interpolation=interpolation or (row.interpolation if row else "nearest"),
    )
    description = _described(model, graph, names, preparation, row)
    graph.metadata_props.add(key=KEY, value=json.dumps(description))
    content = graph.SerializeToString()
    _check_answers(opened(content, description, model.name))
    with atomic_file(file, setting=None) as temporary, temporary.open("wb") as stream:
        stream.write(content)
        stream.write(seal(content))


def _described(
    model: "keras.Model", graph: "onnx.ModelProto", names: list[str], preparation: Preparation, row: Variant | None
) -> dict[str, Any]:
    import keras

    return {
        "format": FORMAT,
        "classes": names,
        "output": _kind_of_output(model, graph, len(names)),
        **asdict(preparation),
        "size": [int(side) for side in preparation.size],  # JSON knows no integers of NumPy
        "variant": row.name if row else None,
        "versions": {"amalthea": __version__, "keras": keras.__version__},
    }


def _new_file(path: Path) -> Path:
    if path.suffix != ".onnx":
        raise ArgumentError(f"path={str(path)!r} must end in .onnx.")
    if path.is_dir():
        raise ArgumentError(f"path={str(path)!r} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise MissingFileError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    return path


def _class_names(classes: Iterable[str]) -> list[str]:
    names = [] if isinstance(classes, str | bytes) or not isinstance(classes, Iterable) else list(classes)
    if len(names) < 2 or not all(isinstance(name, str) for name in names):
        raise ArgumentError(f"classes={classes!r}; give the names of two classes or more, in the order of the scores.")
    return [str(name) for name in names]


def _known_scaling(
    model: "keras.Model", scaling: str | float | ScalingSteps | None, row: Variant | None
) -> ScalingSteps:
    if scaling is not None:
        return scaling_steps(scaling)
    if row is not None:
        return row.scaling.steps
    raise ArgumentError(
        f"Model {getattr(model, 'name', model)!r} does not say which pixels it expects. Give scaling='caffe', 'tf', "
        "'torch' or 'lite', or a number such as 1 / 255: whichever it was trained with."
    )


def _picture_size(graph: "onnx.ModelProto", size: int | Sequence[int] | None, row: Variant | None) -> tuple[int, int]:
    """Rows and columns: those that are asked for, else the model's own, else those of the training."""
    [port] = graph.graph.input
    own = _sizes(port)[:2]
    if size is None:
        rows, columns = (side or (row.size if row else None) for side in own)
    else:
        rows, columns = (size, size) if isinstance(size, int | np.integer) else size
    if rows is None or columns is None:
        raise ArgumentError("The model takes pictures of any size; give size=(rows, columns), in pixels.")
    if any(fixed not in (None, chosen) for fixed, chosen in zip(own, (rows, columns), strict=True)):
        raise ArgumentError(f"size={size}, but the model takes pictures of {own} pixels.")
    return rows, columns


def _kind_of_output(model: "keras.Model", graph: "onnx.ModelProto", classes: int) -> str:
    shapes = [_sizes(port) for port in graph.graph.output]
    if shapes == [(classes,)]:
        return "softmax"
    if shapes == [(1,)] and classes == 2:
        return "sigmoid"
    raise ArgumentError(
        f"Model {model.name!r} returns {', '.join(map(str, shapes))} for a picture, but {classes} classes are named. "
        "Name as many as it has scores; two, where it has a single one."
    )


def _sizes(port: "onnx.ValueInfoProto") -> tuple[int | None, ...]:
    """The shape for one picture; None where a size is open."""
    return tuple(length.dim_value or None for length in port.type.tensor_type.shape.dim[1:])


def _check_answers(predictor: Predictor) -> None:
    """Run the network once, so that no file is written that cannot answer."""
    assert predictor.preparation is not None
    pixels = np.random.default_rng(0).integers(0, 256, (1, *predictor.preparation.size, 3), np.uint8)
    (scores,) = predictor.runner([pixels])
    if not np.isfinite(scores).all():
        raise ArgumentError(
            f"Model {predictor.name!r} answers with no numbers (NaN) or infinite ones: its training went astray. Train "
            "it again with a lower learning rate."
        )
    if as_probabilities(scores, len(predictor.classes)) is None:
        raise ArgumentError(
            f"Model {predictor.name!r} returns no probabilities, which lie in [0, 1] and sum to 1. Let it end in a "
            "softmax, or for two classes in one sigmoid."
        )
