"""``load_model`` and its relatives: models by any Keras, as models of keras2."""

import json
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

import keras

from ...errors import AmaltheaError, ArgumentError, ArgumentTypeError, ModelFileError
from ...weights import ModelFile, read_model_file
from .._randomness import seeded_as_numpy
from .._spelling import adopt, advise, note
from .._spelling.registered import set_in_modules
from .descriptions import Description, function_kept_as_code
from .filling import fill
from .optimizer_state import take_over
from .paths import readable_path
from .training_description import compile_arguments, without_training


def load_model(
    filepath: str | PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a whole model that Keras 1, 2 or 3 wrote. Nothing in the file is ever run.

    Args:
        filepath: a model in HDF5, whatever its name, or a ``.keras`` file.
        custom_objects: classes and functions of the user's own by the names that the file has for them; for a
            ``Lambda`` layer its function, by the name of the layer.
        compile: whether the model shall be ready to be trained on.
        safe_mode: as in Keras 3, for ``.keras`` files.

    Returns:
        A model of keras2.

    Raises:
        MissingFileError: nothing there.
        ModelFileError: no model, one of TensorFlow's own format, damaged, or with classes that nobody knows.
        UnsafeWeightsError: a function that is kept as code.
        WeightsError: its weights cannot be used.
    """
    path, given = readable_path(filepath), _named(custom_objects)
    if zipfile.is_zipfile(path):
        return _by_keras3(path, given, compile, safe_mode)
    file = read_model_file(path)
    if "model_config" not in file.texts:
        raise ModelFileError(
            f"{path} holds weights and no model. Build the model, and call model.load_weights({str(path)!r})."
        )
    model = _built(_parsed(file.texts["model_config"], str(path)), given, str(path))
    fill(model, path)
    if compile:
        _compile(model, file, given, path)
    return model


def model_from_config(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A model with new weights from ``{"class_name": …, "config": …}`` by any Keras.

    Args:
        config: the description.
        custom_objects: as in ``load_model``.

    Raises:
        ArgumentTypeError: no dictionary.
        ModelFileError: no description of a model, or one with classes that nobody knows.
        UnsafeWeightsError: a function that is kept as code.
    """
    if not isinstance(config, Mapping):
        raise ArgumentTypeError(
            f"model_from_config needs a dictionary with class_name and config, not a {type(config).__name__}. For a "
            "list of layers: Sequential.from_config(config)."
        )
    return _built(json.loads(json.dumps(config, default=_unknown)), _named(custom_objects), "config")


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A model with new weights from what ``to_json`` of any Keras returned.

    Args:
        json_string: the text.
        custom_objects: as in ``load_model``.

    Raises:
        ModelFileError: no description of a model, or one with classes that nobody knows.
        UnsafeWeightsError: a function that is kept as code.
    """
    return _built(_parsed(json_string, "json_string"), _named(custom_objects), "json_string")


def model_from_yaml(yaml_string: str, custom_objects: Mapping[str, Any] | None = None) -> NoReturn:
    """Gone.

    Raises:
        ArgumentError: always.
    """
    raise ArgumentError(
        "model_from_yaml is gone from Keras, for reading YAML could run code. Where the model was written, save it as "
        "JSON, model.to_json(), and read that by model_from_json."
    )


def _named(custom_objects: Mapping[str, Any] | None) -> dict[str, Any]:
    """Classes and functions of the user's own by their names, wherever they were told."""
    return {**set_in_modules(), **(custom_objects or {})}


def _by_keras3(path: Path, given: dict[str, Any], compile: bool, safe_mode: bool) -> Any:
    if path.suffix != ".keras":
        raise ModelFileError(f"{path} is a model of Keras 3 under another name. Rename it to {path.stem}.keras.")
    try:
        return adopt(keras.saving.load_model(path, custom_objects=given, compile=compile, safe_mode=safe_mode))
    except AmaltheaError:
        raise
    except Exception as problem:
        raise ModelFileError(f"{path} cannot be opened: {problem}") from problem


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError, TypeError) as problem:
        raise ModelFileError(f"{source} holds no description of a model: {problem}.") from problem


def _built(description: Any, given: dict[str, Any], source: str) -> Any:
    if _is_of_keras3(description):
        return _built_by_keras3(description, given, source)
    translation = Description(source, _layer_class, given)
    model = translation.model(description)
    kind = keras.Sequential if model["class_name"] == "Sequential" else keras.Model
    named = {**translation.used, **given}
    try:
        with keras.saving.custom_object_scope(named), seeded_as_numpy():
            return adopt(kind.from_config(model["config"], custom_objects=named))
    except AmaltheaError:
        raise
    except Exception as problem:
        raise ModelFileError(f"{source}: a model that Keras 3 cannot build. {_reason(problem)}") from problem


def _built_by_keras3(description: Any, given: dict[str, Any], source: str) -> Any:
    try:
        named = _with_functions(without_training(description), given, source)
        with seeded_as_numpy():
            return adopt(keras.saving.deserialize_keras_object(named, custom_objects=given))
    except AmaltheaError:
        raise
    except Exception as problem:
        raise ModelFileError(f"{source}: a model that Keras 3 cannot build. {_reason(problem)}") from problem


def _with_functions(part: Any, given: dict[str, Any], source: str) -> Any:
    """A description by Keras 3 whose ``Lambda`` layers have the functions that the user gives, by name."""
    if isinstance(part, list):
        return [_with_functions(each, given, source) for each in part]
    if not isinstance(part, dict):
        return part
    config = part.get("config")
    if part.get("class_name") != "Lambda" or not isinstance(config, dict) or not _is_code(config.get("function")):
        return {key: _with_functions(value, given, source) for key, value in part.items()}
    name = config.get("name")
    if name not in given:
        raise function_kept_as_code(source, name)
    function = {"class_name": "function", "config": name, "module": "builtins", "registered_name": "function"}
    shape = config.get("output_shape")
    return {**part, "config": {**config, "function": function, "output_shape": None if _is_code(shape) else shape}}


def _is_code(part: Any) -> bool:
    return isinstance(part, dict) and part.get("class_name") == "__lambda__"


def _reason(problem: Exception) -> str:
    """What went wrong at the bottom: Keras puts it last, behind all that it tried to build."""
    return str(problem).rpartition("Exception encountered: ")[2]


def _is_of_keras3(description: Any) -> bool:
    """Whether ``to_json`` or ``serialize`` of Keras 3 wrote it: it says in which module a class is."""
    return isinstance(description, dict) and "module" in description


def _layer_class(name: str) -> type[Any] | None:
    from .. import layers

    found = getattr(layers, name, None) or getattr(keras.layers, name, None)
    return found if isinstance(found, type) and issubclass(found, keras.Layer) else None


def _compile(model: Any, file: ModelFile, given: dict[str, Any], path: Path) -> None:
    if "training_config" not in file.texts:
        note(f"{path.name} does not say how the model is trained: it is not compiled")
        return
    training = _parsed(file.texts["training_config"], str(path))
    try:
        with keras.saving.custom_object_scope(given):
            model.compile(**compile_arguments(training, given, file.texts.get("keras_version", "1")))
    except Exception as problem:
        raise ModelFileError(
            f"{path} is trained in a way that cannot be made out: {problem} Give what is missing as "
            "custom_objects={name: function}, or load the model by compile=False."
        ) from problem
    if file.optimizer and not take_over(model, file.optimizer):
        advise(f"{path}: the state of its optimizer does not fit; training begins with a fresh one.")


def _unknown(value: Any) -> Any:
    """What JSON cannot say: shapes of NumPy numbers, objects of Keras."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return keras.saving.serialize_keras_object(value)
