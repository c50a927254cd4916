"""What exists: one frozen row per network with its trained weights, and the names of ImageNet's 1000 classes."""

from .classes import ImageNetClass, ScoredClass, best_classes, check_top, imagenet_classes
from .lookup import list_models, variant
from .scaling import Scaling, ScalingSteps, scaling_steps
from .variant import Variant, WeightFile

__all__ = [
    "ImageNetClass",
    "Scaling",
    "ScalingSteps",
    "ScoredClass",
    "Variant",
    "WeightFile",
    "best_classes",
    "check_top",
    "imagenet_classes",
    "list_models",
    "scaling_steps",
    "variant",
]
