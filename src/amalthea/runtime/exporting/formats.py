"""The formats: how each is written, and how it is run."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...errors import ArgumentError, MissingFileError, StorageError
from ..description import KEY
from ..one_file import is_one_file
from ..other_files import named_variant, refuse_other_kinds
from . import keras_formats
from .trial import Arrays, Trial

if TYPE_CHECKING:
    from ..quantization import Cost


class Format(NamedTuple):
    """One of them.

    Attributes:
        name: for people.
        precisions: that it can be written in.
        takes_pixels: whether pictures come as they are decoded, where it is known how they are scaled.
        write: takes the model, a path, the precision, and the options of ``amalthea.save``; returns what the precision
            costs, where that was measured.
        run: what lies at a path answers in a trial.
    """

    name: str
    precisions: tuple[str, ...]
    takes_pixels: bool
    write: Callable[[Any, Path, str, dict[str, Any]], "Cost | None"]
    run: Callable[[Path, Trial], Arrays]


def check_target(path: Path, precision: str = "float32", model: Any = None) -> Format:
    """Refuse what cannot become a file, before a network is built for it.

    Args:
        path: where to.
        precision: as for ``export``.
        model: the same; None where nobody knows it yet.

    Raises:
        ArgumentError, MissingFileError: as for ``export``.
    """
    if path.suffix not in FORMATS:
        raise ArgumentError(
            f"{str(path)!r}: the suffix chooses the format. There are .onnx, .xml (OpenVINO), .tflite (LiteRT), and a "
            "name without a suffix, for a folder (SavedModel of TensorFlow)."
        )
    wanted = FORMATS[path.suffix]
    if precision not in wanted.precisions:
        there_is = " and ".join(map(repr, wanted.precisions))
        raise ArgumentError(f"precision={precision!r}: as {wanted.name}, there is {there_is}.")
    if is_one_file(model):
        refuse_other_kinds(Path(model))
    elif isinstance(model, str):
        named_variant(model)
    if is_one_file(model) and not (path.suffix == ".xml" or precision == "int8"):
        raise ArgumentError(
            f"{model} can only answer, so that it becomes .xml, or int8. For all else, give a name of the catalogue, a "
            "model of Keras, or the .keras file that `amalthea train` wrote."
        )
    if not path.parent.is_dir():
        raise MissingFileError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    if path.is_dir() or (path.exists() and not path.suffix):
        raise ArgumentError(f"{path} is there already, and no folder is replaced. Name another, or remove it.")
    if not wanted.takes_pixels:
        keras_formats.require_tensorflow(path, wanted.name)
    return wanted


def _write_onnx(model: Any, path: Path, precision: str, options: dict[str, Any]) -> "Cost | None":
    from ..saving import save

    return save(model, path, precision=precision, **options)


def _run_onnx(path: Path, trial: Trial) -> Arrays:
    from ..loading import load

    runner = load(path).runner
    return list(runner(trial.fitting(runner.inputs[0].dtype)))


def _write_openvino(model: Any, path: Path, precision: str, options: dict[str, Any]) -> "Cost | None":
    """By way of an ONNX file, so that both hold the same graph and description."""
    if isinstance(model, str | os.PathLike) and precision != "int8":
        _convert(Path(model), path, precision)
        return None
    with TemporaryDirectory(dir=path.parent) as folder:
        graph = Path(folder, "graph.onnx")
        cost = _write_onnx(model, graph, "float32" if precision == "float16" else precision, options)
        _convert(graph, path, precision)
    return cost


def _convert(graph: Path, path: Path, precision: str) -> None:
    import openvino

    from ..runners.openvino import core
    from ..saved_file import read

    saved = read(graph)
    network = core().read_model(saved.content)
    network.set_rt_info(saved.description.to_json(), [KEY])
    try:
        openvino.save_model(network, path, compress_to_fp16=precision == "float16")  # float16 is its own default
    except RuntimeError as problem:
        raise StorageError(f"Cannot write {path.name}: {problem}. Make room, or name another folder.") from problem


def _run_openvino(path: Path, trial: Trial) -> Arrays:
    from ..runners.openvino import core

    compiled = core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    dtype = str(compiled.inputs[0].get_element_type().to_dtype())
    return [np.array(answer) for answer in compiled(trial.fitting(dtype)).values()]


FORMATS = {
    ".onnx": Format("ONNX", ("float32", "int8"), True, _write_onnx, _run_onnx),
    ".xml": Format("OpenVINO", ("float32", "float16", "int8"), True, _write_openvino, _run_openvino),
    ".tflite": Format("LiteRT", ("float32",), False, keras_formats.write_litert, keras_formats.run_litert),
    "": Format("SavedModel", ("float32",), False, keras_formats.write_saved_model, keras_formats.run_saved_model),
}
"""By suffix."""
