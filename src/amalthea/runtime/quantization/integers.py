"""From a graph in float32 to one in whole numbers of 8 bits, by NNCF."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._progress import progress
from ...errors import MissingDependencyError
from .folding import fold_normalization

_SCALING = "^scaling/"  # how the names of the nodes begin that a graph for uint8 pictures has in front

_USUAL = 300  # pictures


def to_integers(graph: bytes, pictures: Sequence[NDArray[Any]]) -> bytes:
    """Let a network compute its convolutions and dense layers in whole numbers of 8 bits.

    The graph remains an ONNX model like any other, with pairs of ``QuantizeLinear`` and ``DequantizeLinear`` around
    what is computed so, and a fourth of the size. What stands before the network, the scaling of pictures, and what it
    returns stay as they are.

    Args:
        graph: the content of an ONNX file with a single input.
        pictures: what the network will see, each of the shape that it takes without the first axis; 100 to 300 are
            enough. The ranges of all numbers in the network are those that occur in these.

    Returns:
        The content of an ONNX file, without metadata.

    Raises:
        MissingDependencyError: NNCF or ONNX Runtime is not installed.
    """
    nncf = require_nncf()
    import onnx
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    whole_range = RangeEstimatorParametersSet.MINMAX
    model = onnx.load_model_from_string(graph)
    del model.metadata_props[:]
    fold_normalization(model)
    [port] = model.graph.input
    with progress("int8", "pictures") as show, _silence(), _every_tensor_kept():
        seen = count(1)

        def fed(picture: NDArray[Any]) -> dict[str, NDArray[Any]]:
            show(next(seen), None)  # NNCF looks at each more than once
            return {port.name: picture[np.newaxis]}

        model = nncf.quantize(
            model,
            nncf.Dataset(pictures, fed),
            # For the shifts below it takes a fifth of this number; where there are few pictures, let it be all of them.
            subset_size=max(len(pictures), _USUAL),
            target_device=nncf.TargetDevice.CPU,
            # Each layer's shift is measured behind those that are corrected already: with MobileNet's depthwise layers,
            # a fifth of the error of the fast way, which measures each alone.
            fast_bias_correction=False,
            # All of a range that occurs; NNCF's own mean over the pictures would cut off what is brighter than most.
            advanced_parameters=nncf.AdvancedQuantizationParameters(activations_range_estimator_params=whole_range),
            ignored_scope=nncf.IgnoredScope(patterns=[_SCALING], validate=False),
        )
    del model.graph.value_info[:]  # NNCF writes down the shape of every tensor, which nobody needs
    content: bytes = model.SerializeToString()
    return content


def require_nncf() -> Any:
    """NNCF itself.

    Raises:
        MissingDependencyError: it is not installed, or ONNX Runtime, with which it computes.
    """
    # Both report to their makers who uses them. These are the switches that they offer.
    os.environ.setdefault("NNCF_CI", "1")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import nncf
        import onnxruntime  # noqa: F401
    except ImportError:
        raise MissingDependencyError('precision="int8" needs NNCF: pip install "amalthea[int8]"') from None
    return nncf


@contextmanager
def _silence() -> Iterator[None]:
    """Keep NNCF from the standard output, where it writes its log and its own bars."""
    import rich

    logger, console = logging.getLogger("nncf"), rich.get_console()
    level, quiet = logger.level, console.quiet
    logger.setLevel(logging.ERROR)
    console.quiet = True
    try:
        yield
    finally:
        logger.setLevel(level)
        console.quiet = quiet


@contextmanager
def _every_tensor_kept() -> Iterator[None]:
    """Keep ONNX Runtime from its last step of optimisation while NNCF asks it for tensors amid a network.

    There, version 1.31.1 merges a convolution into the sum behind it, as in every residual block, and fails because
    the tensor between them is gone. NNCF 3.4.0 has no setting for that.
    """
    import onnxruntime
    from nncf.onnx import engine

    def options() -> Any:
        chosen = onnxruntime.SessionOptions()
        chosen.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        return chosen

    whole = engine.rt
    engine.rt = SimpleNamespace(InferenceSession=onnxruntime.InferenceSession, SessionOptions=options)
    try:
        yield
    finally:
        engine.rt = whole
