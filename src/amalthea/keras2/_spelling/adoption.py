"""Models that plain Keras built or read, turned into ones that answer to the old names as well."""

from typing import Any

from ... import _keras


def adopt(model: Any) -> Any:
    """Make a model, and all layers in it, of the classes of ``keras2``, in place.

    Only objects whose class is exactly one of Keras' own change it, for the subclass in ``keras2`` that adds the old
    spellings; the classes of Keras stay as they are, and so do weights and everything that was computed. Names stay,
    too, except those of a network of ``amalthea.applications``: what Keras counted there, it counts as Keras 2 did.

    Args:
        model: a ``keras.Model`` as Keras 3 or ``amalthea.applications`` builds it.

    Returns:
        the same object.
    """
    from .. import layers, models
    from .._models.networks import introduce

    if type(model) in models.KINDS:
        introduce(model)
    for part in _keras.parts(model):
        kind = models.KINDS.get(type(part)) or layers.KINDS.get(type(part))
        if kind is not None:
            object.__setattr__(part, "__class__", kind)
    return model
