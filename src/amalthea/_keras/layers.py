"""Layers: what is inside them, and those of Keras that have no public names. Checked against Keras 3.15.1."""

from typing import Any


def parts(layer: Any) -> list[Any]:
    """A layer and all layers inside it (``_flatten_layers`` of Keras 3.15.1)."""
    return layer._flatten_layers()  # type: ignore[no-any-return] # Keras carries no types


def kind_of(layer: Any) -> type[Any]:
    """The class of a layer or operation; Keras' own where Amalthea has one of the same name for older spellings.

    The classes of ``keras2`` have the ``__module__`` and the ``__name__`` of those from which they derive.
    """
    own = type(layer)
    return next(base for base in reversed(own.__mro__) if _name(base) == _name(own))


def own_classes(layer: Any, kind: type[Any]) -> list[type[Any]]:
    """The classes of a user that stand between a layer and the class of Keras that it derives from."""
    kinds = type(layer).__mro__
    between = kinds[: kinds.index(kind)]
    return [each for each in between if each.__module__.partition(".")[0] != "amalthea" and _name(each) != _name(kind)]


def _name(kind: type[Any]) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def keeps_state(layer: Any) -> bool:
    """Whether a layer, those inside it left out, holds variables that its calls may change: not weights, but counters.

    Reads ``_seed_generators`` and ``_non_trainable_variables``, where weights that are merely frozen are not (Keras
    3.15.1).
    """
    return bool(layer._seed_generators or layer._non_trainable_variables)


def custom_scale_layer() -> type[Any]:
    """The class of the layers by which Keras' InceptionResNetV2 adds a fraction ``scale`` of one tensor to another.

    ``CustomScaleLayer(scale)([a, b])`` is ``a + scale * b`` (Keras 3.15.1). A saved model that holds Keras' own class,
    and none of ours, is loaded by any Keras.
    """
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer  # no public name

    return CustomScaleLayer  # type: ignore[no-any-return] # Keras carries no types


def convnext_layers() -> tuple[type[Any], type[Any]]:
    """The classes of the layers that Keras' ConvNeXt has to itself, ``LayerScale`` and ``StochasticDepth``.

    The first is ``x * gamma``, the second leaves pictures out, in training only (Keras 3.15.1).
    """
    from keras.src.applications.convnext import LayerScale, StochasticDepth  # no public names

    return LayerScale, StochasticDepth


def unpickled(written: Any) -> Any:
    """The model that its ``__reduce__`` wrote into an open file (``_unpickle_model`` of Keras 3.15.1)."""
    import keras

    return keras.Model._unpickle_model(written)
