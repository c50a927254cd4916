"""What ``compile`` is given: losses and metrics by their old names, for each output."""

from collections.abc import Sequence
from typing import Any

import keras

from ...errors import ArgumentError
from .._spelling import note
from .._spelling.era import accuracy_key
from .._spelling.registered import registered
from .names import ABBREVIATED, distinct

_LOSSES = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
_WRAPPED = {
    "cosine": ("cosine_proximity", "cosine_similarity"),
    "cosine_proximity": ("cosine_proximity", "cosine_similarity"),
    "kld": ("kullback_leibler_divergence", "kl_divergence"),
    "kullback_leibler_divergence": ("kullback_leibler_divergence", "kl_divergence"),
    "logcosh": ("logcosh", "log_cosh"),
}
"""Metrics that have another name today: the key of then, and what Keras calls them."""
GONE = {"fmeasure": "keras.metrics.F1Score()", "fbeta_score": "keras.metrics.FBetaScore()"}


def compiled(model: Any, given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Arguments of ``compile`` as Keras 3 takes them, and what ``metrics_names`` is.

    Args:
        model: with or without outputs that are known by now, whose names are made distinct.
        given: ``loss``, ``metrics`` and the others, by the names of today.

    Raises:
        ArgumentError: a metric that is gone, or target tensors.
    """
    outputs = distinct(getattr(model, "output_names", None) or [])
    if outputs:
        model.output_names = outputs
    arguments = dict(given)
    if arguments.pop("target_tensors", None) is not None:
        raise ArgumentError("compile(target_tensors=…) is gone from Keras. Give the targets to fit.")
    if arguments.pop("sample_weight_mode", None) is not None:
        note("compile(sample_weight_mode=…) is left out: the shape of the weights tells it")
    loss = _by_output(arguments.get("loss"), outputs, loss_of)
    if arguments.get("loss_weights") is not None and len(outputs) > 1 and not isinstance(loss, list):
        loss = [loss] * len(outputs)
    arguments["loss"] = loss
    if isinstance(arguments.get("loss_weights"), dict) and outputs:
        arguments["loss_weights"] = [arguments["loss_weights"].get(name, 1.0) for name in outputs]
    names = _names_of_losses(loss, outputs)
    for kind in ("metrics", "weighted_metrics"):
        if arguments.get(kind):
            arguments[kind], keys = _metrics(arguments[kind], loss, outputs)
            names += keys
    return arguments, names


def loss_of(loss: Any) -> Any:
    """A loss by its name of today; functions and objects stay."""
    found = registered(loss)
    return _LOSSES.get(found, found) if isinstance(found, str) else found


def metric_of(metric: Any, loss: Any = None) -> Any:
    """A metric by its name of today, under the key of then.

    Args:
        metric: its name; functions and objects stay.
        loss: of the output, which tells what accuracy is.

    Raises:
        ArgumentError: one that is gone.
    """
    metric = registered(metric)
    if not isinstance(metric, str):
        return metric
    if metric in GONE:
        raise ArgumentError(f"The metric {metric!r} is gone since Keras 2. Give {GONE[metric]} of Keras 3 instead.")
    lower = metric.lower()
    if lower in ("crossentropy", "ce"):
        return _name(loss) if "crossentropy" in _name(loss) else "categorical_crossentropy"
    if lower in ("precision", "recall"):
        return getattr(keras.metrics, lower.title())(name=lower)
    if lower in _WRAPPED:
        key, today = _WRAPPED[lower]
        return keras.metrics.MeanMetricWrapper(getattr(keras.losses, today), name=key)
    today = accuracy_key() if lower == "accuracy" else ABBREVIATED.get(lower, metric)
    if today != metric:
        note(f"the metric {metric!r} has the key {today!r}, as in Keras 2.0 to 2.2")
    if today in ("acc", "accuracy") and _name(loss) in ("binary_crossentropy", "BinaryCrossentropy"):
        return keras.metrics.BinaryAccuracy(name=today)  # also with several outputs a sample, each of which is a class
    return today


def _by_output(losses: Any, outputs: Sequence[str], translate: Any) -> Any:
    if isinstance(losses, dict):
        if unknown := losses.keys() - set(outputs):
            raise ArgumentError(f"loss has no output {sorted(unknown)}; the outputs are {', '.join(outputs)}.")
        each = [translate(losses.get(name)) for name in outputs]
        return each if len(each) > 1 else each[0]
    if isinstance(losses, list | tuple):
        each = [translate(loss) for loss in losses]
        return each if len(each) != 1 else each[0]
    return translate(losses)


def _metrics(metrics: Any, loss: Any, outputs: Sequence[str]) -> tuple[Any, list[str]]:
    """The metrics of each output, and their keys. A plain list is for each of several outputs."""
    if len(outputs) < 2:
        flat = keras.tree.flatten(metrics)
        each = [metric_of(metric, loss) for metric in flat]
        return each, [_name(metric) for metric in each]
    if isinstance(metrics, dict):
        given = {name: _listed(metrics[name]) for name in outputs if name in metrics}
    elif isinstance(metrics, list | tuple) and any(isinstance(metric, list | tuple) for metric in metrics):
        given = {name: _listed(metric) for name, metric in zip(outputs, metrics, strict=True)}
    else:
        given = {name: _listed(metrics) for name in outputs}
    losses = dict(zip(outputs, loss, strict=True)) if isinstance(loss, list) else dict.fromkeys(outputs, loss)
    made = {name: [metric_of(metric, losses[name]) for metric in each] for name, each in given.items()}
    return made, [f"{name}_{_name(metric)}" for name, each in made.items() for metric in each]


def _names_of_losses(loss: Any, outputs: Sequence[str]) -> list[str]:
    if len(outputs) < 2:
        return ["loss"]
    losses = loss if isinstance(loss, list) else [loss] * len(outputs)
    return ["loss", *(f"{name}_loss" for name, each in zip(outputs, losses, strict=False) if each is not None)]


def _listed(metrics: Any) -> list[Any]:
    if metrics is None:
        return []
    return list(metrics) if isinstance(metrics, list | tuple) else [metrics]


def _name(part: Any) -> str:
    """Of a loss or metric: a name, a function, an object or its class."""
    if isinstance(part, str) or part is None:
        return part or ""
    if isinstance(part, keras.losses.Loss):
        return type(part).__name__
    return str(getattr(part, "name", None) or getattr(part, "__name__", type(part).__name__))
