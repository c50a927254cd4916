"""The names of ``keras.applications.imagenet_utils``: pixels in, names of ImageNet's classes out.

Unlike in Keras, nothing that the caller owns is changed, nothing is downloaded, and scores that are no probabilities
are said.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import images
from ..catalog import Scaling, best_classes, check_top, variant
from ..errors import ArgumentError, warn

__all__ = ["decode_predictions", "preprocess_input"]


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Scale pictures as a family of weights expects them.

    The default is "caffe" for everyone, as in Keras, which fits VGG and ResNet alone: use the function of the network's
    own module, such as ``amalthea.applications.mobilenet.preprocess_input``, which knows its mode.

    Args:
        x: RGB in [0, 255], of one picture (H, W, 3) or a batch (N, H, W, 3), or with the colours first: an array,
            nested lists, Pillow's images, a tensor of Keras' backend, or a symbolic tensor of a functional model. Any
            real type; it is not changed.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.
        mode: "caffe" (RGB to BGR, minus ImageNet's mean), "tf" (to [-1, 1]), "torch" (to [0, 1], minus the mean, over
            the deviation) or "lite" ((x - 127) / 128).

    Returns:
        The same shape, as a new tensor of the backend for tensors, else as an array. Floating types keep theirs, all
        others become Keras' ``floatx``, and so do lists. Types below 32 bits are computed in float32. In float32 the
        numbers are Keras' to the last bit.

    Raises:
        ArgumentError: an unknown mode or data format, another shape, or something that is no numbers.

    Example:
        >>> preprocess_input([[[10, 20, 30]]], mode="lite").tolist()
        [[[-0.9140625, -0.8359375, -0.7578125]]]
    """
    if mode not in tuple(Scaling):
        raise ArgumentError(f"mode={mode!r} is unknown; choose one of {', '.join(Scaling)}.")
    import keras

    scaling = Scaling(mode)
    data_format = keras.config.image_data_format() if data_format is None else data_format
    if isinstance(x, keras.KerasTensor) or keras.ops.is_tensor(x):
        from ._tensors import scale_tensor

        return scale_tensor(x, scaling, data_format)
    floatx = keras.config.floatx()
    return images.scale(_as_array(x, None if hasattr(x, "dtype") else floatx), scaling, data_format, floatx)


def preprocessing_of(name: str, module: str) -> Callable[..., Any]:
    """The ``preprocess_input`` of one network's module: its scaling is that of the network's row in the catalogue.

    Args:
        name: of the network.
        module: which the function belongs to, so that it can be pickled.
    """
    scaling = variant(name).scaling

    def preprocess(x: Any, data_format: str | None = None) -> Any:
        return preprocess_input(x, data_format, mode=scaling)

    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__module__ = module
    preprocess.__doc__ = f"""Scale pictures as the weights of {name} expect them: mode {scaling.value!r}.

    Args:
        x: RGB in [0, 255] of any real type, one picture or a batch; see ``imagenet_utils.preprocess_input``. It is
            not changed.
        data_format: "channels_last" or "channels_first"; None means Keras' setting.

    Raises:
        ArgumentError: an unknown data format, another shape, or something that is no numbers.
    """
    return preprocess


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """The best of ImageNet's 1000 classes by name.

    Args:
        preds: probabilities in ImageNet's order, shape (N, 1000), or (1000,) of one picture: an array, lists or a
            tensor.
        top: how many classes; all of them where it exceeds 1000.

    Returns:
        For each picture a list of (WordNet id, name, probability), best first.

    Raises:
        ArgumentError: another shape, something that is no real numbers, or ``top`` is no whole number above 0.

    Warns:
        AmaltheaWarning: the scores are no probabilities. They are decoded none the less.

    Example:
        >>> decode_predictions(np.eye(1000)[285], top=1)
        [[('n02124075', 'Egyptian_cat', 1.0)]]
    """
    check_top(top)
    given = _as_array(preds)
    if not np.can_cast(given.dtype, np.float32, "same_kind"):  # not dtype.kind, for bfloat16 has none of its own
        raise ArgumentError(f"Scores are real numbers; given were {given.dtype}. Give what model.predict returns.")
    scores = np.atleast_2d(given)
    if scores.ndim != 2 or scores.shape[1] != 1000:
        raise ArgumentError(_wrong_scores(given.shape))
    if not _are_probabilities(scores):
        warn(
            "decode_predictions: these scores are no probabilities, which lie in [0, 1] and sum to 1. Build the model "
            "with classifier_activation='softmax', or apply keras.ops.softmax to them."
        )
    return [[(wordnet_id, name, score) for wordnet_id, name, score in best_classes(row, top)] for row in scores]


def _as_array(x: Any, dtype: str | None = None) -> NDArray[Any]:
    """Anything that holds numbers; tensors of the backend through Keras, for those that track gradients."""
    try:
        if not isinstance(x, np.ndarray | list | tuple):
            import keras

            x = keras.ops.convert_to_numpy(x) if keras.ops.is_tensor(x) else x
        return np.asarray(x, dtype)
    except Exception as error:  # every framework refuses in its own way
        raise ArgumentError(
            f"A {type(x).__name__} cannot be read as an array: {error}. Give an array, lists of equal length, or a "
            "tensor of Keras' backend."
        ) from error


def _are_probabilities(scores: NDArray[Any]) -> bool:
    # Half precision misses 1 by up to some hundredths; scores that are no probabilities miss it by far more.
    return bool((scores >= 0).all() and (abs(scores.sum(axis=1, dtype=np.float64) - 1) < 0.05).all())


def _wrong_scores(shape: tuple[int, ...]) -> str:
    if shape[-1:] == (1001,):
        advice = "Where the first of 1001 stands for the background, drop it: preds[:, 1:]."
    elif len(shape) == 4:
        advice = "Feature maps come from a network without its classifier: build it with include_top=True."
    else:
        advice = "A network trained on other classes needs their names: names[preds[0].argmax()]."
    return (
        "decode_predictions names ImageNet's classes and expects their probabilities, shape (N, 1000), or (1000,) of "
        f"one picture; given was shape {shape}. {advice}"
    )
