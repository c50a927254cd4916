"""Keras' networks as ONNX: a walk along the calls of a model, a converter for each kind of layer, a writer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from ...catalog import ScalingSteps

if TYPE_CHECKING:
    import keras
    import onnx

__all__ = ["FORMAT", "OPSET", "StoredLayers", "onnx_with_layers", "to_onnx"]

StoredLayers: TypeAlias = Mapping[str, tuple[str, tuple[int, ...]]]
"""By the names of layers, the tensor of a graph that holds what each returns, and that tensor's axes: the one stored as
number ``i`` is Keras' axis ``axes[i]``. A second result of a layer is ``name:1``."""

FORMAT = 2
"""Raised whenever the same model becomes another graph, so that none is taken from a cache that an older one wrote."""

OPSET = 18
"""Version of ONNX' operators."""


def to_onnx(model: "keras.Model", scaling: ScalingSteps | None = None) -> "onnx.ModelProto":
    """Write a functional or built ``Sequential`` model as ONNX, whatever backend Keras runs on.

    The graph takes and returns arrays in the shapes of the model, any number of pictures at a time; sizes that are None
    in the model stay open. Integers and truth values keep their type; all floating types are float32, also amid layers
    of mixed precision: integers that reach a layer, other than one which merely moves numbers, are exact up to 2**24
    only. OpenVINO computes int64 with 32 bits: give it no numbers outside of [-2**31, 2**31 - 1]. Layers that act in
    training only are left out. With a scaling, the graph takes pictures as they are decoded instead, and its first
    nodes do what ``amalthea.images.scale`` does.

    Args:
        model: nested models, shared layers, operations of ``keras.ops``, several inputs and outputs are allowed, each
            layer in its own data format.
        scaling: for a model with a single input, pictures of three channels in either data format. The input of the
            graph is uint8 then, RGB in [0, 255], of shape (N, H, W, 3).

    Returns:
        A model of operator set 18, its inputs and outputs named as in Keras; characters other than ASCII letters,
        digits and ``_`` become ``_``, and names that occur twice are numbered.

    Raises:
        ArgumentError: no model of Keras, one that is not built, one whose inputs are float64 or no numbers, or with a
            scaling one that does not take pictures.
        UnsupportedLayerError: a layer or operation that has no converter, or that mixes the pictures of a batch; or a
            model with a ``call``, ``predict_step`` or the like of its own. The message names it.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((32,)), keras.layers.Dense(10)])
        >>> [node.op_type for node in to_onnx(model).graph.node]
        ['Gemm', 'Identity']
    """
    return onnx_with_layers(model, scaling)[0]


def onnx_with_layers(
    model: "keras.Model", scaling: ScalingSteps | None = None
) -> tuple["onnx.ModelProto", StoredLayers]:
    """The same, and where the results of the model's layers stand, those of models inside it included."""
    # Here, because a process that takes the graph from the cache needs neither Keras nor onnx.
    from .walk import written

    writer = written(model, scaling)
    return writer.model, writer.layers
