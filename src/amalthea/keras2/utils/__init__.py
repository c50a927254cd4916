"""The names of ``keras.utils`` of Keras 1 and 2."""

from . import (
    conv_utils,
    data_utils,
    generic_utils,
    io_utils,
    layer_utils,
    multi_gpu_utils,
    np_utils,
    training_utils,
    vis_utils,
    visualize_util,
)
from .data_utils import GeneratorEnqueuer, OrderedEnqueuer, Sequence, SequenceEnqueuer, get_file
from .generic_utils import (
    CustomObjectScope,
    Progbar,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)
from .io_utils import HDF5Matrix
from .layer_utils import convert_all_kernels_in_model, get_source_inputs, print_summary
from .multi_gpu_utils import multi_gpu_model
from .np_utils import normalize, to_categorical
from .vis_utils import model_to_dot, plot_model

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "Sequence",
    "SequenceEnqueuer",
    "conv_utils",
    "convert_all_kernels_in_model",
    "custom_object_scope",
    "data_utils",
    "deserialize_keras_object",
    "generic_utils",
    "get_custom_objects",
    "get_file",
    "get_source_inputs",
    "io_utils",
    "layer_utils",
    "model_to_dot",
    "multi_gpu_model",
    "multi_gpu_utils",
    "normalize",
    "np_utils",
    "plot_model",
    "print_summary",
    "serialize_keras_object",
    "to_categorical",
    "training_utils",
    "vis_utils",
    "visualize_util",
]


def __getattr__(name: str) -> object:
    """What Keras 3 alone has in ``keras.utils``."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import keras

    return getattr(keras.utils, name)
