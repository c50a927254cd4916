"""Which training is which: one key for all that decides its result."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ... import _keras
from .callback_identity import described_callback
from .watching import History

if TYPE_CHECKING:
    from .settings import Training

_FORMAT = 2  # raised whenever the same training gives other weights, so that none of an older version is gone on with
# Among the settings; another number of devices merely rounds otherwise.
_WITHOUT_EFFECT = {"title", "all_weights", "distribution"}
_OF_A_PROCESS = {"compile_config", "shared_object_id"}  # that Keras writes into configurations


def training_key(rows: str, model: keras.Model, settings: "Training", history: History) -> str:
    """Names a training: 64 hexadecimal digits.

    Names of layers do not count, for Keras numbers those of a process.

    Args:
        rows: names what it learns from and is judged by.
        model: with the weights that it begins with.
        settings: all count but what the bar shows, and on how many devices it is computed.
        history: of the trainings before.

    Raises:
        UntoldError: a callback cannot be told from others of its type.
    """
    trained = set(map(id, model.trainable_variables))
    values = [
        [_FORMAT, keras.version(), keras.config.backend(), rows],
        {name: _ordered(getattr(settings, name)) for name in _deciding(settings)},
        _structure(model),
        [id(variable) in trained for variable in model.variables],
        history,
    ]
    known = hashlib.sha256(json.dumps(values, sort_keys=True, default=_described).encode())
    for variable in model.variables:
        value = np.array(keras.ops.convert_to_numpy(variable), order="C")
        known.update(f"{value.dtype} {value.shape}".encode())
        known.update(np.reshape(value, -1).view(np.uint8).data)
    return known.hexdigest()


def _deciding(settings: "Training") -> Iterator[str]:
    return (field.name for field in fields(settings) if field.name not in _WITHOUT_EFFECT)


def _ordered(value: Any) -> Any:
    """Of a dictionary its items: JSON knows texts alone as keys."""
    return sorted(map(list, value.items())) if isinstance(value, Mapping) else value


def _described(value: Any) -> Any:
    """What JSON cannot hold. Of what has no description, one that fits nothing else: nobody goes on from it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, keras.callbacks.Callback):
        return described_callback(value)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, keras.optimizers.Optimizer | keras.optimizers.schedules.LearningRateSchedule):
        return [kind, {name: part for name, part in value.get_config().items() if name != "name"}]
    return repr(value)


def _structure(model: keras.Model) -> Any:
    """Layers and how they are connected; of models with layers that cannot say how they were made, only the types."""
    parts = _keras.parts(model)
    try:
        config = _keras.configuration(model)
    except Exception:  # of whatever type, by a class of the user's own
        return [type(part).__qualname__ for part in parts]
    return _numbered(config, {part.name: number for number, part in enumerate(parts)})


def _numbered(config: Any, places: Mapping[str, int]) -> Any:
    """A configuration with numbers in place of the layers' names."""
    if isinstance(config, Mapping):
        return {str(name): _numbered(part, places) for name, part in _lasting(config)}
    if isinstance(config, list | tuple):
        return [_numbered(part, places) for part in config]
    return places.get(config, config) if isinstance(config, str) else config


def _lasting(config: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    return ((name, part) for name, part in config.items() if name not in _OF_A_PROCESS)
