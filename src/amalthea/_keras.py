"""Every private part of Keras that Amalthea reaches into, each in one function. Checked against Keras 3.15.1."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from .errors import ArgumentError, UnsupportedLayerError


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
    from keras.src.models.functional import Functional  # no public name

    kind = keras.Sequential if isinstance(model, keras.Sequential) else Functional
    plain = isinstance(model, kind) and not _own(model, kind, ("call", "__call__"))
    return getattr(model, "_functional", model) if plain else None


def own_prediction(model: Any) -> list[str]:
    """Methods of the user's own by which ``model.predict`` may answer otherwise than the layers of the model do."""
    import keras

    return _own(model, keras.Model, ("predict", "predict_on_batch", "predict_step", "make_predict_function"))


def _own(model: Any, kind: type[Any], methods: tuple[str, ...]) -> list[str]:
    """Which methods of a class a model replaces, by its own class or on itself."""
    return [name for name in methods if name in vars(model) or getattr(type(model), name) is not getattr(kind, name)]


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
    return keras.tree.flatten(given)  # type: ignore[no-any-return]


def operation_name(operation: Any) -> str | None:
    """The class of an operation of ``keras.ops`` or ``keras.activations``; None for anybody else's.

    The classes have no public names (modules in ``keras.src.ops`` and ``keras.src.activations``, Keras 3.15.1).
    """
    kind = type(operation)
    return kind.__name__ if kind.__module__.startswith(("keras.src.ops.", "keras.src.activations.")) else None


def parts(layer: Any) -> list[Any]:
    """A layer and all layers inside it (``_flatten_layers`` of Keras 3.15.1)."""
    return layer._flatten_layers()  # type: ignore[no-any-return]


def keeps_state(layer: Any) -> bool:
    """Whether a layer, those inside it left out, holds variables that its calls may change: not weights, but counters.

    Reads ``_seed_generators`` and ``_non_trainable_variables``, where weights that are merely frozen are not (Keras
    3.15.1).
    """
    return bool(layer._seed_generators or layer._non_trainable_variables)


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


@contextmanager
def no_initial_values() -> Iterator[None]:
    """Let layers that are built in this block have variables without values, which saves half of the time.

    For networks that a file fills anyway: ``give_value`` first, ``initialize`` for what the file does not have. Keras'
    public ``StatelessScope`` puts initial values off; it also lists the variables, to initialize them when the next
    scope ends, in the global ``uninitialized_variables`` (Keras 3.15.1), from which ours are taken out again.
    """
    import keras
    from keras.src.backend.common import global_state  # no public name

    waiting = list(global_state.get_global_attribute("uninitialized_variables") or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)


def give_value(variable: Any, value: Any) -> None:
    """Fill a variable, whether it has a value already or not (``_value``, ``_initialize`` of Keras 3.15.1)."""
    if variable._value is None:
        variable._initialize(variable._convert_to_tensor(value, dtype=variable.dtype))
    else:
        variable.assign(value)


def initialize(model: Any) -> None:
    """Give all variables of a model that still have no value the one that their layer gives them.

    On torch, ``_post_build`` then makes them parameters of their layers, as it does otherwise when these are built.
    """
    for variable in model.variables:
        if variable._value is None:
            variable._deferred_initialize()
    for layer in model._flatten_layers():
        layer._post_build()


def custom_scale_layer() -> type[Any]:
    """The class of the layers by which Keras' InceptionResNetV2 adds a fraction ``scale`` of one tensor to another.

    ``CustomScaleLayer(scale)([a, b])`` is ``a + scale * b`` (Keras 3.15.1). A saved model that holds Keras' own class,
    and none of ours, is loaded by any Keras.
    """
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer  # no public name

    return CustomScaleLayer  # type: ignore[no-any-return]


def convnext_layers() -> tuple[type[Any], type[Any]]:
    """The classes of the layers that Keras' ConvNeXt has to itself, ``LayerScale`` and ``StochasticDepth``.

    The first is ``x * gamma``, the second leaves pictures out, in training only (Keras 3.15.1).
    """
    from keras.src.applications.convnext import LayerScale, StochasticDepth  # no public names

    return LayerScale, StochasticDepth


def predicting() -> bool:
    """Whether ``predict`` of Keras is what is running, as its data sets cannot tell from what they are asked.

    Looks for its frame among those below (``predict`` in modules ``keras.src.backend.*.trainer``, Keras 3.15.1).
    """
    return any(frame.f_code.co_name == "predict" and _is_of_a_trainer(frame) for frame in _frames_below())


def validates_in_between() -> bool:
    """Whether a ``fit`` with ``steps_per_epoch`` validates with what it trains on: ``x`` of both methods, 3.15.1."""
    running = {frame.f_code.co_name: frame.f_locals for frame in _frames_below() if _is_of_a_trainer(frame)}
    fit, evaluate = (running.get(method, {}) for method in ("fit", "evaluate"))
    return bool(fit.get("steps_per_epoch")) and fit.get("x") is evaluate.get("x")


def takes_batches() -> bool:
    """Whether Keras asks a data set for its batches, or for their number to take so many.

    Not so where somebody else asks, maybe in a loop over it; or where Keras looks whether it had better warn of an
    endless data set. Looks at the first frame below in a module of ``keras.src.trainers`` (Keras 3.15.1).
    """
    asking = (frame.f_code.co_name for frame in _frames_below() if _module(frame).startswith("keras.src.trainers."))
    return next(asking, None) not in (None, "__iter__", "get_data_adapter")


def steps_per_epoch() -> int | None:
    """Of the ``fit`` that asks a data set for something; 0 if it has none, or where ``evaluate`` or ``predict`` ask.

    None in a thread of Keras' own, which does not tell. Looks for an ``EpochIterator`` among the frames below, and for
    the method of a trainer that it serves (Keras 3.15.1).
    """
    from keras.src.trainers.epoch_iterator import EpochIterator  # no public name

    steps: int | None = None
    for frame in _frames_below():
        if steps is None and isinstance(asking := frame.f_locals.get("self"), EpochIterator):
            steps = asking.steps_per_epoch or 0
        elif steps is not None and _is_of_a_trainer(frame) and frame.f_code.co_name in ("fit", "evaluate", "predict"):
            return steps if frame.f_code.co_name == "fit" else 0
    return None if steps is None else 0


def _frames_below() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _is_of_a_trainer(frame: FrameType) -> bool:
    return _module(frame).startswith("keras.src.") and _module(frame).endswith(".trainer")


def pin_openvino_precision() -> None:
    """Make Keras' own OpenVINO backend compute in float32, also where the processor has bfloat16.

    Keras 3.15.1 compiles a model for ``predict`` and ``evaluate`` without naming a precision, and OpenVINO then takes
    the processor's fastest: ``hot_dog.jpg`` becomes a hot dog by 0.875 instead of 0.796. The name ``ov`` of the one
    module that does so is replaced by a stand-in; OpenVINO itself, which others may use, stays as it is. On other
    backends that module is not loaded, and nothing happens.
    """
    trainer: Any = sys.modules.get("keras.src.backend.openvino.trainer")
    if trainer is not None and not isinstance(trainer.ov, _Float32OpenVINO):
        trainer.ov = _Float32OpenVINO(trainer.ov)


class _Float32OpenVINO:
    """The module ``openvino``, except that models are compiled for float32."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def compile_model(self, model: Any, device: str) -> Any:
        return self._module.compile_model(model, device, {"INFERENCE_PRECISION_HINT": "f32"})


def follow_weights(model: Any, known: list[Any]) -> list[Any]:
    """Let Keras' OpenVINO backend compile a model anew if its weights are others than those known; returns them.

    It keeps what it compiled, weights included, in ``ov_compiled_model``; where a weight is assigned, ``_value`` is
    another object (Keras 3.15.1). Other backends take the weights anew with each call.
    """
    found = [variable._value for variable in model.weights]
    changed = len(found) != len(known) or any(one is not other for one, other in zip(found, known, strict=True))
    if changed and hasattr(model, "ov_compiled_model"):
        model.ov_compiled_model = None
    return found
