"""Keras' own OpenVINO backend. Checked against Keras 3.15.1."""

import sys
from typing import Any

from ..errors import MissingDependencyError


def check_trains() -> None:
    """Refuse to train on the one backend that cannot.

    Raises:
        MissingDependencyError: Keras runs on OpenVINO.
    """
    import keras  # not before somebody trains: most commands never need it

    if keras.config.backend() == "openvino":
        raise MissingDependencyError(
            'Keras on OpenVINO cannot train. For one that can: pip install "amalthea[tensorflow-cpu]"'
        )


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
