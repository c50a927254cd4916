"""Models of Keras as estimators of scikit-learn. Loaded when first used."""

from ..._on_demand import names_from

__all__ = ["scikit_learn"]

__getattr__, __dir__ = names_from(__name__, {}, modules=__all__)
