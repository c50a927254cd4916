"""A functional model that gets another graph, and stays the same object. Checked against Keras 3.15.1."""

from typing import Any

_GRAPH = (
    "_inputs",
    "_inputs_struct",
    "_nodes",
    "_nodes_by_depth",
    "_operations",
    "_operations_by_depth",
    "_outputs",
    "_outputs_struct",
    "output_names",
)


def end_at(model: Any, outputs: Any) -> None:
    """Let a functional model end at other tensors than before, in place; optimizer and losses stay as they are.

    Takes the graph of a new model that begins at the same inputs, in the attributes listed above (Keras 3.15.1). The
    layers stand in a list of ``_tracker``, from which all weights come; on torch, ``_post_build`` makes these
    parameters of the model. What was compiled for the old graph, ``make_train_function`` and the others make anew.

    Args:
        model: functional.
        outputs: one or several ``keras.KerasTensor`` that its inputs lead to, possibly by layers that it lacks.

    Raises:
        ValueError: by Keras, where they depend on something else.
    """
    import keras

    graph = keras.Model(model._inputs_struct, outputs, name=model.name)
    before, after = model._operations, graph._operations
    for name in _GRAPH:
        object.__setattr__(model, name, getattr(graph, name))  # not to be tracked by TensorFlow or torch
    for operation in before:
        model._tracker.untrack(operation)
    for operation in after:
        model._tracker.track(operation)
    model._post_build()
    model.train_function = model.test_function = model.predict_function = None


def layer_of(tensor: Any) -> Any | None:
    """The layer or operation that returned a symbolic tensor (``_keras_history`` of Keras 3.15.1)."""
    history = getattr(tensor, "_keras_history", None)
    return history.operation if history else None
