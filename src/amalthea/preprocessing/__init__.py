"""What Keras' pipelines take: the names of ``keras.preprocessing.image``, and our own batches as a data set.

Loaded when first used.
"""

from importlib import import_module

__all__ = ["dataset", "image"]


def __getattr__(name: str) -> object:
    if name == "image":
        return import_module(".image", __name__)
    if name == "dataset":
        return import_module(".keras_dataset", __name__).dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
