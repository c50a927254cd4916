"""How a model is trained, in the words of Keras 2, and from them."""

import re
from collections.abc import Mapping
from typing import Any

import keras

from .._training.names import ABBREVIATED
from .describing import plain

_WITHOUT_MEANING = ("is_legacy_optimizer", "jit_compile", "initial_decay", "gradient_accumulation_steps")
# Plain Keras 3 (3.15.1) does not load a model whose loss is given by its abbreviation.
_ABBREVIATED = {
    **ABBREVIATED,
    "bce": "binary_crossentropy",
    "kld": "kullback_leibler_divergence",
}
_REDUCTIONS = {"auto": "sum_over_batch_size"}


def without_training(description: Any) -> Any:
    """What Keras 3 says of a model, without how it, and those in it, are trained."""
    if isinstance(description, dict):
        return {key: without_training(value) for key, value in description.items() if key != "compile_config"}
    return [without_training(value) for value in description] if isinstance(description, list) else description


def described_training(model: Any) -> dict[str, Any]:
    """How a compiled model is trained, as Keras 2 wrote it."""
    compiled = model.get_compile_config() or {}
    optimizer = keras.optimizers.serialize(model.optimizer)
    config = {key: plain(value) for key, value in optimizer["config"].items() if value is not None}
    if not config.get("use_ema"):  # what Keras 2 does not know, and says nothing here
        config = {key: value for key, value in config.items() if key not in ("use_ema", "ema_momentum")}
    if isinstance(config.get("learning_rate"), dict):
        config["learning_rate"]["module"] = "keras.optimizers.schedules"  # where Keras 3 looks for it
    return {
        "optimizer_config": {"class_name": optimizer["class_name"], "config": config},
        "loss": _written_out(plain(compiled.get("loss"))),
        "metrics": plain(compiled.get("metrics")),
        "weighted_metrics": plain(compiled.get("weighted_metrics")),
        "sample_weight_mode": None,
        "loss_weights": plain(compiled.get("loss_weights")),
    }


def compile_arguments(training: Mapping[str, Any], given: Mapping[str, Any], keras_version: str) -> dict[str, Any]:
    """The arguments for ``compile``.

    Args:
        training: what Keras 1, 2 or 3 wrote into HDF5.
        given: the user's own classes and functions by name.
        keras_version: of the Keras that wrote it.

    Raises:
        ValueError: a loss or metric that nobody knows.
    """
    from .. import losses

    loss = _revived(training.get("loss"), keras.losses.deserialize, given)
    for name in keras.tree.flatten(loss):
        losses.get(name)  # an unknown one is refused here, not by the first step of training
    arguments = {
        "optimizer": _optimizer(training["optimizer_config"], given, _is_tensorflows(keras_version)),
        "loss": loss,
        "metrics": _unwrapped(_revived(training.get("metrics"), keras.metrics.deserialize, given)),
        "loss_weights": training.get("loss_weights"),
    }
    weighted = _unwrapped(_revived(training.get("weighted_metrics"), keras.metrics.deserialize, given))
    return {**arguments, **({"weighted_metrics": weighted} if weighted else {})}


def _written_out(loss: Any) -> Any:
    if isinstance(loss, str):
        return _ABBREVIATED.get(loss.lower(), loss)
    if isinstance(loss, list):
        return [_written_out(one) for one in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {name: _written_out(one) for name, one in loss.items()}
    return loss


def _is_tensorflows(keras_version: str) -> bool:
    """Whether the optimizers of that Keras are those of TensorFlow, whose arithmetic Keras 3 has kept."""
    found = re.match(r"(\d+)\.(\d+)", keras_version)
    return keras_version.endswith("-tf") or (found is not None and (int(found[1]), int(found[2])) >= (2, 4))


def _optimizer(described: Mapping[str, Any], given: Mapping[str, Any], tensorflows: bool) -> Any:
    from .. import optimizers

    name = described["class_name"].rpartition(">")[2]
    kind = given.get(name) or getattr(optimizers, name, None) or getattr(keras.optimizers, name)
    config = {key: value for key, value in described["config"].items() if key not in _WITHOUT_MEANING}
    if tensorflows:
        config.setdefault("global_clipnorm", None)  # tells keras2.optimizers that nothing is to be translated
    rate = config.get("learning_rate")
    if isinstance(rate, dict):
        config["learning_rate"] = keras.optimizers.schedules.deserialize(rate)
    return kind(**config)


def _revived(described: Any, revive: Any, given: Mapping[str, Any]) -> Any:
    """Losses or metrics, alone or for several outputs: names stay names, except those of the user's own."""
    if isinstance(described, str):
        return given.get(described, described)
    if isinstance(described, list):
        return [_revived(one, revive, given) for one in described]
    if not isinstance(described, dict):
        return described
    if "class_name" not in described:
        return {name: _revived(one, revive, given) for name, one in described.items()}
    config = {key: value for key, value in (described.get("config") or {}).items() if value is not None}
    if described["class_name"] == "MeanMetricWrapper" or isinstance(config.get("fn"), str):
        # Keras 2.3 and later: the name that was given, or the function that it stood for.
        name = config.get("name")
        return name if name in ("acc", "accuracy") else given.get(str(config["fn"]), config["fn"])
    if config.get("reduction") in _REDUCTIONS:
        config["reduction"] = _REDUCTIONS[config["reduction"]]
    return revive({"class_name": described["class_name"], "config": config}, custom_objects=dict(given))


def _unwrapped(metrics: Any) -> Any:
    """Keras 2.3 and later kept the metrics of a single output as a list in a list."""
    return metrics[0] if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list) else metrics
