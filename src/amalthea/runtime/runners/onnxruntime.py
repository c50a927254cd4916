"""Networks on the processor, or whatever else it has a provider for, by ONNX Runtime."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, ModelFileError
from .groups import in_groups
from .precision import require_known
from .protocol import TensorSpec, check_rows, refused
from .unknown import unknown_from

_SILENT = 4  # what it would say of errors is in their message
_ELSEWHERE = (
    "CUDAExecutionProvider comes with onnxruntime-gpu in place of onnxruntime (pip uninstall onnxruntime, then pip "
    "install onnxruntime-gpu), CoreMLExecutionProvider with onnxruntime on macOS."
)
_NO_CHIP = "See whether its chip, driver and libraries (for CUDA, cuDNN, too) are there, or name another."


def check_precision(precision: str) -> None:
    """Refuse what ONNX Runtime does not compute in.

    Raises:
        ArgumentError: there is none of this name, or it is bfloat16.
    """
    require_known(precision)
    if precision == "bfloat16":
        raise ArgumentError(
            "precision='bfloat16': ONNX Runtime computes in float32 on a processor. Take that, or runtime='openvino'."
        )


class ONNXRuntimeRunner:
    """A graph in ONNX Runtime; a ``Runner``.

    Args:
        graph: an ONNX file, or its content.
        threads: how many the processor may use; None leaves that to ONNX Runtime.
        providers: as for ``open_runner``.

    Raises:
        ArgumentError: a provider that this installation does not have.
        ModelFileError: ONNX Runtime cannot read the graph.
    """

    def __init__(
        self, graph: bytes | Path, *, threads: int | None = None, providers: Sequence[Any] | None = None
    ) -> None:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # else its import leaves a number in the home
        import onnxruntime

        onnxruntime.disable_telemetry_events()  # it would report to its makers on Windows
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT
        options.intra_op_num_threads = threads or 0
        chosen = ["CPUExecutionProvider"] if providers is None else list(providers)
        _check_there(chosen, onnxruntime.get_available_providers(), "This installation of ONNX Runtime has", _ELSEWHERE)
        content = str(graph) if isinstance(graph, Path) else graph
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=chosen)
        except Exception as problem:  # its errors have nothing more in common
            raise ModelFileError(f"ONNX Runtime cannot read the graph: {problem}") from problem
        # One that finds no chip or no driver is left out without a word.
        _check_there(chosen, self._session.get_providers(), "On this machine ONNX Runtime could start", _NO_CHIP)
        self.inputs = _specs(self._session.get_inputs())
        self.outputs = _specs(self._session.get_outputs())
        self.threads = threads
        self.unknown_from = unknown_from(graph)

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        """See ``Runner``."""
        return in_groups(self._computed, arrays)

    def _computed(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
        given = {
            spec.name: np.ascontiguousarray(array, spec.dtype) for spec, array in zip(self.inputs, arrays, strict=True)
        }
        try:
            answers: list[NDArray[Any]] = self._session.run(None, given)
        except Exception as problem:
            raise refused([array.shape[1:] for array in arrays], self.inputs, problem) from problem
        check_rows(answers, len(arrays[0]))
        return answers


def _check_there(providers: Sequence[Any], there: Sequence[str], which: str, advice: str) -> None:
    """Each provider is a name, or a name with its options."""
    names = [provider if isinstance(provider, str) else provider[0] for provider in providers]
    if missing := [name for name in names if name not in there]:
        raise ArgumentError(
            f"providers={providers!r}. {which} {', '.join(there)}, but no {', '.join(missing)}. {advice}"
        )


def _specs(ports: Sequence[Any]) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(
            port.name,
            tuple(size if isinstance(size, int) else None for size in port.shape),  # open ones have a name
            _dtype(port.type),
        )
        for port in ports
    )


def _dtype(kind: str) -> str:
    """NumPy's name of a type: ``tensor(float)`` is float32."""
    name = kind.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(name, name)
