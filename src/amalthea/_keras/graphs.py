"""Functional models as graphs: which models are ones, their calls, inputs and outputs. Checked against Keras 3.15.1."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import ArgumentError, UnsupportedLayerError

_PACKAGE = __name__.partition("_")[0]


class Call(NamedTuple):
    """One call of a layer or operation in a functional model.

    Attributes:
        operation: the ``keras.layers.Layer``, nested ``keras.Model`` or ``keras.ops`` operation that was called.
        arguments: its positional arguments, the ``keras.KerasTensor`` among them, alone or in lists.
        keywords: its keyword arguments.
        inputs: all tensors of both, flat, in their order.
        outputs: the tensors that it returned, flat.
    """

    operation: Any
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    inputs: list[Any]
    outputs: list[Any]


def functional(model: object) -> Any | None:
    """The functional model behind a model, or None where its answers are not those of a plain graph.

    A functional model is its own; a built ``Sequential`` keeps one in ``_functional`` (Keras 3.15.1). A class of the
    user's own that changes ``call`` or ``__call__`` has none.
    """
    import keras

    kind = keras.Sequential if isinstance(model, keras.Sequential) else functional_class()
    plain = isinstance(model, kind) and not _own(model, kind, ("call", "__call__"))
    return getattr(model, "_functional", model) if plain else None


def functional_class() -> type[Any]:
    """The class of the models that ``keras.Model`` makes of inputs and outputs; ``functional`` tells whether one is."""
    from keras.src.models.functional import Functional  # no public name

    return Functional  # type: ignore[no-any-return] # Keras carries no types


def own_prediction(model: Any) -> list[str]:
    """Methods of the user's own by which ``model.predict`` may answer otherwise than the layers of the model do."""
    import keras

    return _own(model, keras.Model, ("predict", "predict_on_batch", "predict_step", "make_predict_function"))


def _own(model: Any, kind: type[Any], methods: tuple[str, ...]) -> list[str]:
    """Which methods of a class a model replaces, by its own class or on itself.

    Those of Amalthea do not count: all that they do is to take arguments in older spellings.
    """
    return [name for name in methods if name in vars(model) or _found(type(model), name) is not _found(kind, name)]


def _found(kind: type[Any], name: str) -> Any:
    """The method of a class, those that Amalthea puts before it left out."""
    methods = (vars(base)[name] for base in kind.__mro__ if name in vars(base))
    return next(method for method in methods if not str(method.__module__).startswith(_PACKAGE))


def require_functional(model: object, cannot: str) -> Any:
    """The functional model behind a model.

    Args:
        model: given by a user.
        cannot: what cannot be done with another one, and maybe what to do instead, for the message.

    Raises:
        ArgumentError: no model of Keras, or one that is not built.
        UnsupportedLayerError: the model computes in a method of its own.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ArgumentError(f"model={model!r} is a {type(model).__name__}; allowed is a keras.Model.")
    network = functional(model)
    if network is None and not model.built:
        raise ArgumentError(f"Model {model.name!r} has no shapes yet. Give it an Input, or call model.build(shape).")
    if network is None:
        raise UnsupportedLayerError(
            f"Model {model.name!r} of type {type(model).__name__} computes in a method of its own, which {cannot}"
        )
    return network


def calls(model: Any) -> Iterator[Call]:
    """All calls of a functional model, each after those that it needs, inputs left out.

    Reads ``_nodes_by_depth`` of the model and ``operation``, ``arguments``, ``input_tensors``, ``outputs`` and
    ``is_input`` of its nodes (Keras 3.15.1).
    """
    for _, nodes in sorted(model._nodes_by_depth.items(), reverse=True):
        for node in nodes:
            if not node.is_input:
                arguments = node.arguments
                yield Call(node.operation, arguments.args, arguments.kwargs, node.input_tensors, node.outputs)


def inputs_in_order(network: Any, given: Any) -> list[Any]:
    """What a functional model is called with, flat, in the order of its inputs.

    A dictionary goes by the names of the inputs where these stand in a list, otherwise by its sorted keys, whatever
    these are (``_standardize_inputs`` of Keras 3.15.1).
    """
    import keras

    wanted = network.input
    if isinstance(given, dict) and not isinstance(wanted, dict):
        given = [given.get(tensor.name) for tensor in keras.tree.flatten(wanted)]
    return keras.tree.flatten(given)  # type: ignore[no-any-return] # Keras carries no types


def operation_name(operation: Any) -> str | None:
    """The class of an operation of ``keras.ops`` or ``keras.activations``; None for anybody else's.

    The classes have no public names (modules in ``keras.src.ops`` and ``keras.src.activations``, Keras 3.15.1).
    """
    kind = type(operation)
    return kind.__name__ if kind.__module__.startswith(("keras.src.ops.", "keras.src.activations.")) else None


def signature(model: Any) -> tuple[tuple[str, ...], Any]:
    """Names of the inputs of a model that has a graph, and the structure of what its ``predict`` returns.

    A dictionary of inputs goes by its keys, other inputs by the names of their tensors; of the outputs, flat, each is
    replaced by its number. A list with a single output is unpacked (``unpack_singleton`` of Keras 3.15.1).
    """
    import keras

    network = functional(model)
    assert network is not None
    flat = keras.tree.flatten_with_path(network.input)
    names = tuple(path[-1] if path and isinstance(path[-1], str) else tensor.name for path, tensor in flat)
    outputs = keras.tree.pack_sequence_as(network.output, list(range(len(network.outputs))))
    return names, outputs[0] if isinstance(outputs, list | tuple) and len(outputs) == 1 else outputs
