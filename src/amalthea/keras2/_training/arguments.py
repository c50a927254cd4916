"""What the methods by which a model trains and predicts called their arguments, one table a method."""

from collections.abc import Mapping, Sequence
from typing import Any

from .._spelling import Older, Spelling, translated
from .._spelling.era import era

_THREADS = "batches are prepared ahead in any case"
_QUEUE = dict.fromkeys(
    ("workers", "nb_worker", "use_multiprocessing", "pickle_safe", "max_queue_size", "max_q_size", "wait_time"),
    _THREADS,
)
_ACCURACY = {"show_accuracy": "metrics=['accuracy'] of compile shows it"}

COMPILE = Spelling(
    positions=(
        "optimizer",
        "loss",
        "metrics",
        "loss_weights",
        "sample_weight_mode",
        "weighted_metrics",
        "target_tensors",
    ),
    without_effect={
        "class_mode": "the loss tells it",
        "options": "it was for TensorFlow 1",
        "run_metadata": "it was for TensorFlow 1",
    },
)
FIT = Spelling(
    positions=(
        "x",
        "y",
        "batch_size",
        "epochs",
        "verbose",
        "callbacks",
        "validation_split",
        "validation_data",
        "shuffle",
        "class_weight",
        "sample_weight",
        "initial_epoch",
        "steps_per_epoch",
        "validation_steps",
    ),
    renamed={"nb_epoch": "epochs"},
    without_effect={**_QUEUE, **_ACCURACY},
)
FIT_GENERATOR = Spelling(
    positions=(
        "x",
        "steps_per_epoch",
        "epochs",
        "verbose",
        "callbacks",
        "validation_data",
        "validation_steps",
        "class_weight",
        "max_queue_size",
        "workers",
        "use_multiprocessing",
        "shuffle",
        "initial_epoch",
    ),
    renamed={"generator": "x", "nb_epoch": "epochs"},
    without_effect={**_QUEUE, **_ACCURACY},
    older=Older(
        positions=(
            "generator",
            "samples_per_epoch",
            "nb_epoch",
            "verbose",
            "callbacks",
            "validation_data",
            "nb_val_samples",
            "class_weight",
            "max_q_size",
            "nb_worker",
            "pickle_safe",
            "initial_epoch",
        ),
        applies=lambda positional: era() == 1,
    ),
)
EVALUATE = Spelling(
    positions=("x", "y", "batch_size", "verbose", "sample_weight", "steps"),
    without_effect={**_QUEUE, **_ACCURACY},
)
PREDICT = Spelling(
    positions=("x", "batch_size", "verbose", "steps"),
    defaults={"verbose": 0},
    without_effect=_QUEUE,
)
EVALUATE_GENERATOR = Spelling(
    positions=("x", "steps", "max_queue_size", "workers", "use_multiprocessing", "verbose"),
    renamed={"generator": "x"},
    defaults={"verbose": 0},
    without_effect=_QUEUE,
    older=Older(
        positions=("generator", "val_samples", "max_q_size", "nb_worker", "pickle_safe"),
        applies=lambda positional: era() == 1,
    ),
)
PREDICT_GENERATOR = EVALUATE_GENERATOR
ON_BATCH = Spelling(
    positions=("x", "y", "sample_weight", "class_weight"),
    without_effect={**_ACCURACY, "accuracy": _ACCURACY["show_accuracy"], "reset_metrics": "they always are"},
)


def asked(method: str, spelling: Spelling, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by their names of today; what has no effect is left out, wherever it stood."""
    _, arguments = translated(method, spelling, positional, named)
    return {name: value for name, value in arguments.items() if name not in spelling.without_effect}
