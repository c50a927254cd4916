"""The classifier on top of a network: pooling, hidden layers, dropout, scores."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from ... import _keras
from ..._numbers import is_whole
from ...errors import ArgumentError, warn
from ..cutting import flattened
from ..cutting.flat import data_format_of
from ..settings import require, require_number, require_one_of, require_whole

POOLINGS = ("avg", "max", "flatten")
LOSSES = ("categorical_crossentropy", "binary_crossentropy")
_SCORING = ("softmax", "sigmoid")  # activations of classifiers


@dataclass(frozen=True, kw_only=True)
class Head:
    """How the layers on top of a network's features become scores.

    Attributes:
        classes: how many there are, at least two.
        pooling: of a feature map, (N, H, W, C): ``"avg"`` or ``"max"`` over its positions, or ``"flatten"``, which
            keeps them and needs pictures of one size. Features of shape (N, C) stay as they are.
        hidden: width of each dense layer, with a rectifier, before the scores.
        dropout: fraction in [0, 1) of the features that is dropped in training: after each hidden layer, or of the
            pooled features where there is none.
        l1: weight, at least 0, of the sum of the kernels' absolute values in the loss.
        l2: weight, at least 0, of the sum of the kernels' squares in the loss.
        loss: ``"categorical_crossentropy"``: a softmax with one score a class; ``"binary_crossentropy"``: one sigmoid,
            the probability of the second of two classes.
        seed: of the initial weights and of what is dropped.

    Raises:
        ArgumentError: a setting is not as described.
    """

    classes: int
    pooling: str = "avg"
    hidden: tuple[int, ...] = ()
    dropout: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    loss: str = "categorical_crossentropy"
    seed: int = 0

    def __post_init__(self) -> None:
        require_whole(2, "classes", self.classes)
        require_one_of(POOLINGS, "pooling", self.pooling)
        positive = all(is_whole(width, 1) for width in self.hidden)
        require(positive, "hidden", self.hidden, "positive widths, such as (256,), or none: ()")
        require_number("dropout", self.dropout, least=0, below=1)
        require_number("l1", self.l1, least=0)
        require_number("l2", self.l2, least=0)
        require_one_of(LOSSES, "loss", self.loss)
        fits = self.classes == 2 or self.loss != "binary_crossentropy"
        require(fits, "loss", self.loss, f"'categorical_crossentropy', for there are {self.classes} classes, not two")
        require_whole(0, "seed", self.seed)


def attach(base: keras.Model, features: str | None, head: Head) -> keras.Model:
    """A new model: a network up to some layer, and a head on it.

    Args:
        base: functional or ``Sequential``, with one output; models inside it are opened. It stays as it is.
        features: name of the layer whose output the head gets; None: the output of ``base``.

    Returns:
        One plain functional model. It shares its layers and weights with ``base``; those of the head are new and named
        ``head_...``. Its output has shape (N, classes), or (N, 1) for one sigmoid.

    Raises:
        ArgumentError: there is no such layer (the message names the nearest), or its output does not suit the pooling.
        UnsupportedLayerError: the base computes in a method of its own.

    Example:
        >>> import keras
        >>> base = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        >>> attach(base, None, Head(classes=3)).output_shape
        (None, 3)
    """
    flat = flattened(base, features)
    if len(flat.outputs) != 1:
        raise ArgumentError(
            f"Model {base.name!r} has {len(flat.outputs)} outputs; a head goes on one. Name its layer with features=."
        )
    prefix = _unused_prefix(flat)
    scores = flat.outputs[0]
    for layer in (*_pooling(flat, head.pooling, prefix), *_dense(head, prefix)):
        scores = layer(scores)
    return keras.Model(flat.input, scores, name=f"{base.name}_classifier")


def warn_of_scores(base: keras.Model, features: str | None) -> None:
    """Warn where a head would learn from the scores of a classifier that nobody named."""
    if features is not None:
        return
    calls = list(_keras.calls(flattened(base)))
    last = calls[-1].operation
    activation = getattr(getattr(last, "activation", None), "__name__", type(last).__name__.lower())
    if len(calls) > 1 and len(calls[-1].outputs[0].shape) == 2 and activation in _SCORING:
        before = calls[-2].operation.name
        warn(
            f"Model {base.name!r} ends with a classifier of its own, from whose scores the new head learns: "
            f"features={last.name!r} says that it shall; features={before!r} begins before it."
        )


def _pooling(flat: keras.Model, pooling: str, prefix: str) -> list[keras.Layer]:
    """(N, H, W, C) -> (N, C), or (N, H * W * C); nothing for features that are (N, C) already."""
    shape = flat.outputs[0].shape
    if len(shape) == 2:
        return []
    data_format = data_format_of(flat)
    given = f"Model {flat.name!r}: its features have shape {shape}"
    if pooling == "flatten":
        if None in shape[1:]:
            raise ArgumentError(f"{given}; pooling='flatten' needs pictures of one size. Build it with an input_shape.")
        return [layers.Flatten(data_format=data_format, name=f"{prefix}_flatten")]
    if len(shape) != 4:
        raise ArgumentError(f"{given}; pooling={pooling!r} needs a feature map (N, H, W, C). Use pooling='flatten'.")
    kind = layers.GlobalAveragePooling2D if pooling == "avg" else layers.GlobalMaxPooling2D
    return [kind(data_format=data_format, name=f"{prefix}_pool")]


def _dense(head: Head, prefix: str) -> Iterator[keras.Layer]:
    """Hidden layers and dropout, each with a seed of its own, and scores that favour no class before training.

    Random first scores take epochs to forget: they cost MobileNet 2 % of the pets of the tests.
    """
    generator = np.random.default_rng(head.seed)

    def random() -> keras.Initializer:
        return keras.initializers.GlorotUniform(int(generator.integers(2**31)))

    def dense(width: int, activation: str, name: str, initializer: keras.Initializer) -> keras.Layer:
        return layers.Dense(
            width,
            activation=activation,
            kernel_initializer=initializer,
            kernel_regularizer=keras.regularizers.L1L2(head.l1, head.l2) if head.l1 or head.l2 else None,
            name=f"{prefix}_{name}",
        )

    for number in range(1, max(len(head.hidden), 1) + 1):
        if head.hidden:
            yield dense(head.hidden[number - 1], "relu", f"hidden_{number}", random())
        if head.dropout:
            seed = int(generator.integers(2**31))
            yield layers.Dropout(head.dropout, seed=seed, name=f"{prefix}_dropout_{number}")
    width, activation = (1, "sigmoid") if head.loss == "binary_crossentropy" else (head.classes, "softmax")
    yield dense(width, activation, "scores", keras.initializers.Zeros())


def _unused_prefix(flat: keras.Model) -> str:
    """``"head"``, or with a number where the network has layers of that name already."""
    names = [layer.name for layer in flat.layers]
    prefixes = ("head", *(f"head_{number}" for number in range(2, len(names) + 3)))
    return next(prefix for prefix in prefixes if not any(name.startswith(f"{prefix}_") for name in names))
