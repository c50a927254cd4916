"""From a graph to what computes it, by the name of a runtime."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from ..._numbers import is_whole
from ...errors import ArgumentError, MissingDependencyError
from .importing import module_of
from .protocol import Runner

_Computed = TypeVar("_Computed")

_RUNTIMES = ("openvino", "onnxruntime")  # modules of ours, each named after the package that it needs


def open_runner(
    graph: bytes | Path,
    *,
    runtime: str = "openvino",
    precision: str = "float32",
    threads: int | None = None,
    streams: int | None = None,
    cache_key: str | None = None,
    providers: Sequence[Any] | None = None,
) -> Runner:
    """Make a graph ready to compute.

    Args:
        graph: an ONNX file, or its content.
        runtime: ``"openvino"``, or ``"onnxruntime"``, which has an extra of its own.
        precision: of what it computes with, ``"float32"`` or ``"bfloat16"``.
        threads: how many the processor may use; None leaves that to the runtime.
        streams: among how many pictures, or groups of them, OpenVINO shares these threads when many are computed;
            None leaves that to it.
        cache_key: names the content of the graph, where that is known; otherwise its hash is computed.
        providers: on what ONNX Runtime computes, the first that can; ``["CUDAExecutionProvider"]``, for one. None takes
            the processor.

    Raises:
        ArgumentError: an argument that cannot be used, or a precision that runtime or processor do not have.
        MissingDependencyError: the runtime is not installed.
        ModelFileError: the runtime cannot read the graph.
    """
    check_settings(runtime=runtime, precision=precision, threads=threads, streams=streams, providers=providers)
    if runtime == "onnxruntime":
        from .onnxruntime import ONNXRuntimeRunner

        return ONNXRuntimeRunner(graph, threads=threads, providers=providers)
    from .openvino import OpenVINORunner

    return OpenVINORunner(graph, precision=precision, threads=threads, streams=streams, cache_key=cache_key)


def while_imported(runtime: str, compute: Callable[[], _Computed]) -> _Computed:
    """What a function returns that runs in a thread while a runtime is imported, which takes a tenth of a second.

    For what hardly needs the interpreter, such as reading and hashing a large file. A runtime that cannot be imported
    is no error before it is asked for.

    Args:
        runtime: as for ``open_runner``.
        compute: called once.
    """
    with ThreadPoolExecutor(1) as pool:
        computed = pool.submit(compute)
        if runtime in _RUNTIMES:
            with suppress(ImportError):
                module_of(runtime)
        return computed.result()


def check_settings(
    *, runtime: str, precision: str, threads: int | None, streams: int | None, providers: Sequence[Any] | None
) -> None:
    """Refuse what ``open_runner`` would refuse of its settings, before a network is built for it.

    Raises:
        ArgumentError, MissingDependencyError: as ``open_runner``.
    """
    check_precision(precision, runtime)
    _check_number("threads", threads)
    _check_number("streams", streams)
    if runtime == "onnxruntime" and streams is not None:
        raise ArgumentError(
            f"streams={streams}: ONNX Runtime computes one group of pictures after another, each with all threads. "
            "Take runtime='openvino', or leave streams out."
        )
    if runtime == "openvino" and providers is not None:
        raise ArgumentError(f"providers={providers!r} are of ONNX Runtime. Take runtime='onnxruntime'.")
    if isinstance(providers, str):
        raise ArgumentError(f"providers={providers!r}; give a list of them: [{providers!r}].")


def check_precision(precision: str, runtime: str = "openvino") -> None:
    """Refuse what cannot compute, before a network is built for it.

    Args:
        precision: as for ``open_runner``.
        runtime: as for ``open_runner``.

    Raises:
        ArgumentError: there is no such precision or runtime, or the runtime or processor does not have the precision.
        MissingDependencyError: the runtime is not installed.
    """
    if runtime not in _RUNTIMES:
        raise ArgumentError(f"runtime={runtime!r}; there is {' and '.join(map(repr, _RUNTIMES))}.")
    if find_spec(runtime) is None:
        raise MissingDependencyError(f'runtime={runtime!r} is not installed: pip install "amalthea[{runtime}]"')
    module_of(runtime).check_precision(precision)


def _check_number(name: str, value: int | None) -> None:
    if value is not None and not is_whole(value, 1):
        raise ArgumentError(f"{name}={value!r} must be a whole number above 0, or None.")
