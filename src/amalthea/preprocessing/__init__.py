"""What Keras' pipelines take: the names of ``keras.preprocessing.image``, and our own batches as a data set.

Loaded when first used.
"""

from .._on_demand import names_from

__all__ = ["dataset", "image"]

__getattr__, __dir__ = names_from(__name__, {"dataset": "keras_dataset"}, modules=["image"])
