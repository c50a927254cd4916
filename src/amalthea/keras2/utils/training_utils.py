"""Training on several graphics cards, where Keras 2.0.9 to 2.2 kept it."""

from .multi_gpu_utils import multi_gpu_model

__all__ = ["multi_gpu_model"]
