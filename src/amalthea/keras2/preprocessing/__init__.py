"""The names of ``keras.preprocessing`` of Keras 1 and 2. Loaded when first used."""

from ..._on_demand import names_from

__all__ = ["image", "sequence", "text"]

__getattr__, __dir__ = names_from(__name__, {}, modules=__all__)
