"""What Keras itself writes, and how that is run."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ArgumentError, StorageError, first_line

if TYPE_CHECKING:
    import keras

    from .trial import Arrays, Trial

_OTHERWISE = "Export .onnx or .xml, which Keras takes no part in."


def write_litert(model: "keras.Model", path: Path, precision: str, options: dict[str, Any]) -> None:
    """Write a file of LiteRT; see ``Format.write``."""
    _export(model, path, "litert")


def write_saved_model(model: "keras.Model", path: Path, precision: str, options: dict[str, Any]) -> None:
    """Write a folder of TensorFlow's SavedModel; see ``Format.write``."""
    import keras

    from ... import _keras

    # Exported as they are, layers that augment pictures go on doing so (Keras 3.15.1).
    inputs = _keras.require_functional(model, "cannot be exported by Keras.").input
    _export(keras.Model(inputs, model(inputs, training=False), name=model.name), path, "tf_saved_model")


def run_litert(path: Path, trial: "Trial") -> "Arrays":
    """Let it answer; see ``Format.run``."""
    try:
        with _quiet():
            runner: Any = _interpreter()(model_path=str(path)).get_signature_runner()
        answers = runner(**_by_name(list(runner.get_input_details()), trial))
    except (RuntimeError, ValueError) as problem:  # of an operation that is TensorFlow's own, for one
        raise ArgumentError(
            f"{path.name} was not written: LiteRT cannot run it. {first_line(problem)}. {_OTHERWISE}"
        ) from problem
    return _in_order(answers, trial)


def run_saved_model(path: Path, trial: "Trial") -> "Arrays":
    """Let it answer; see ``Format.run``."""
    import tensorflow

    loaded = tensorflow.saved_model.load(str(path))
    signature = loaded.signatures["serving_default"]
    given = _by_name(list(signature.structured_input_signature[1]), trial)
    answers = signature(**{name: tensorflow.constant(x) for name, x in given.items()})
    return [answer.numpy() for answer in _in_order(answers, trial)]


def require_tensorflow(path: Path, name: str) -> None:
    """Refuse what Keras writes on TensorFlow alone, before it is imported if need be.

    Raises:
        ArgumentError: Keras runs, or will run, on another backend.
    """
    keras = sys.modules.get("keras")
    backend = keras.config.backend() if keras else os.environ.get("KERAS_BACKEND")
    if backend != "tensorflow":
        raise ArgumentError(
            f"{path.name}: Keras writes {name} on TensorFlow, and runs on {backend} here. Set "
            'KERAS_BACKEND=tensorflow and start again (pip install "amalthea[tensorflow]"), or export .onnx or .xml, '
            "which needs no certain backend."
        )


def _export(model: "keras.Model", path: Path, kind: str) -> None:
    import tensorflow

    try:
        with _quiet():
            model.export(path, format=kind, verbose=False)
    except tensorflow.errors.OpError as problem:  # what an OSError is elsewhere
        raise StorageError(
            f"Cannot write {path.name}: {problem.message}. Make room, or name another folder."
        ) from problem
    except OSError:
        raise
    except Exception as problem:  # whatever a converter raises
        raise ArgumentError(f"Keras cannot write {path.name}: {first_line(problem)}. {_OTHERWISE}") from problem


def _by_name(names: list[str], trial: "Trial") -> dict[str, Any]:
    """The arrays of a trial for inputs that are named as in Keras, or for a single one of any name."""
    if len(names) == 1:
        return {names[0]: trial.arrays[0]}
    known = dict(zip(trial.inputs, trial.arrays, strict=True))
    renamed = {_parameter(name): array for name, array in known.items()}
    return {name: known[name] if name in known else renamed[name] for name in names}


def _parameter(name: str) -> str:
    """What TensorFlow calls an input of a function: "image-left" becomes "image_left" (2.21)."""
    letters = "".join(letter if letter.isalnum() else "_" for letter in name)
    return letters if letters[0].isalpha() else f"arg_{letters}"


def _in_order(answers: dict[str, Any], trial: "Trial") -> list[Any]:
    """As a trial expects them. TensorFlow keeps the keys of a dictionary, else it numbers: "output_0", "output_1"."""
    if isinstance(trial.outputs, dict):
        return [answers[name] for name in sorted(answers, key=trial.outputs.__getitem__)]
    return [answers[name] for name in sorted(answers, key=lambda name: (len(name), name))]


def _interpreter() -> Any:
    """LiteRT by itself where it is installed, else the one that TensorFlow still brings (2.21)."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow

        Interpreter = tensorflow.lite.Interpreter  # noqa: N806 - a class
    return Interpreter


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what TensorFlow tells about its own work."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
