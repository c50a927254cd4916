"""What every layer of Keras 1 and 2 knew: its first shape, its weights at the start, its name, its nodes."""

from collections.abc import Iterable, Mapping
from functools import wraps
from typing import Any, ClassVar

import keras
import numpy as np

from ... import _keras
from ..._keras.seeds import begin_with
from .. import initializers
from .._models.naming import automatic_name, named_today
from .._randomness import next_seed
from .._spelling import OldSpelling, translated
from .._spelling.era import era
from ._arguments import whole
from ._nodes import Nodes

_CLASSES_OF_KERAS_1 = {
    "Conv1D": "Convolution1D",
    "Conv2D": "Convolution2D",
    "Conv2DTranspose": "Deconvolution2D",
    "Conv3D": "Convolution3D",
    "InputLayer": "Input",
    "SeparableConv2D": "SeparableConvolution2D",
}


class OldLayer(Nodes, OldSpelling):
    """Mixed into a subclass of a layer of Keras 3, it makes the layer one of Keras 1 and 2 as well.

    Attributes:
        own_arguments: those of the class itself that are otherwise read for all layers.
        begins_with_size: whether the first argument is a whole number.
        takes_sequences: whether ``input_dim`` is the size of each step, and ``input_length`` their number.
        weight_names: what the weights were called → what they are called.
    """

    own_arguments: ClassVar[frozenset[str]] = frozenset()
    begins_with_size: ClassVar[bool] = False
    takes_sequences: ClassVar[bool] = False
    weight_names: ClassVar[Mapping[str, str]] = {"W": "kernel", "U": "recurrent_kernel", "b": "bias"}

    def __init__(self, *positional: Any, **named: Any) -> None:
        positional, named = translated(type(self).__name__, self.spelling, positional, named)
        positional = tuple(
            whole(given) if isinstance(given, np.generic) or (self.begins_with_size and not place) else given
            for place, given in enumerate(positional)
        )
        shape = self._first_shape(named)
        weights = None if "weights" in self.own_arguments else named.pop("weights", None)
        given = named.get("name")
        named["name"] = named_today(given) if given else _automatic_name(type(self).__name__)
        for argument in named:
            if argument.endswith("_initializer") and named[argument] is not None:
                named[argument] = initializers.get(named[argument])
        self._take_out(named)
        super(OldSpelling, self).__init__(*positional, **named)
        if shape is not None:
            object.__setattr__(self, "batch_input_shape", shape)  # a plain tuple, which TensorFlow would wrap
        if weights is not None:
            self._begin_with(weights)
        _draw_as_numpy_says(_keras.parts(self))

    def __getattr__(self, name: str) -> Any:
        """An argument or a weight by the name of then."""
        if isinstance(getattr(type(self), name, None), property):
            return object.__getattribute__(self, name)  # again, for its own error
        today = self.spelling.renamed.get(name) or self.weight_names.get(name)
        if today is not None and today != name:
            return getattr(self, today)
        of_the_backend = getattr(super(), "__getattr__", None)  # torch has one
        if of_the_backend is None:
            raise AttributeError(f"Layer {vars(self).get('name')!r} ({type(self).__name__}) has no attribute {name!r}.")
        return of_the_backend(name)

    def get_output_shape_for(self, input_shape: Any) -> Any:
        """The shape of what the layer returns for a shape, as ``compute_output_shape``."""
        return super().compute_output_shape(input_shape)  # type: ignore[misc]

    def _take_out(self, named: dict[str, Any]) -> None:
        """Keep, and take out of ``named``, what Keras 3 has no argument for."""

    def _first_shape(self, named: dict[str, Any]) -> tuple[int | None, ...] | None:
        """What the layer takes if it is the first of a ``Sequential``, the batch included; taken out of ``named``."""
        batch_shape, shape = named.pop("batch_input_shape", None), named.pop("input_shape", None)
        size, length = named.pop("batch_size", None), named.pop("input_length", None)
        features = None if "input_dim" in self.own_arguments else named.pop("input_dim", None)
        if "input_dtype" not in self.own_arguments:
            named.pop("input_dtype", None)
        if batch_shape is not None:
            return tuple(batch_shape)
        if shape is not None:
            return (size, *shape)
        if features is None:
            return None
        return (size, length, features) if self.takes_sequences else (size, features)

    def _begin_with(self, weights: Iterable[Any]) -> None:
        """Let the layer have these weights as soon as it has any."""
        build = self.build

        @wraps(build)
        def build_and_set(*shapes: Any, **named_shapes: Any) -> None:
            build(*shapes, **named_shapes)
            self.set_weights([np.asarray(weight) for weight in weights])

        object.__setattr__(self, "build", build_and_set)  # as Keras itself wraps it


def _automatic_name(kind: str) -> str:
    """The next name for a layer of this class, as the Keras of the script counted."""
    if era() != 1:
        return automatic_name(kind)
    prefix = _CLASSES_OF_KERAS_1.get(kind, kind).lower()
    return f"{prefix}_{keras.backend.get_uid(prefix)}"


def _draw_as_numpy_says(layers: Iterable[Any]) -> None:
    """Let what layers draw at random, where they were given no seed, follow from NumPy's."""
    for layer in layers:
        for name, value in vars(layer).items():
            if name.endswith("_initializer"):
                initializers.adopted(value)
        generator = vars(layer).get("seed_generator")
        if generator is not None and getattr(layer, "seed", None) is None:
            begin_with(generator, next_seed())
