"""Transfer learning: cut a network, keep the features of its frozen part, train the rest, judge and ship the result.

Loaded when first used: the command line must answer before Keras could even be imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import Wishes
    from .classifier.image_classifier import ImageClassifier
    from .classifier.planning import check_fine_tuning
    from .classifier.saving import finite
    from .curves import check_matplotlib, draw_curves
    from .cutting.division import cut
    from .evaluation import Report, check_scikit_learn, evaluate
    from .features.files import check_feature_file, write_features
    from .features.layers import layer_features
    from .features.store import FeatureSet, FeatureStore, FileFeatureStore
    from .training.watching import kept_epoch

__all__ = [
    "FeatureSet",
    "FeatureStore",
    "FileFeatureStore",
    "ImageClassifier",
    "Report",
    "Wishes",
    "check_feature_file",
    "check_fine_tuning",
    "check_matplotlib",
    "check_scikit_learn",
    "cut",
    "draw_curves",
    "evaluate",
    "finite",
    "kept_epoch",
    "layer_features",
    "write_features",
]

_HOME = {
    "FeatureSet": "features.store",
    "FeatureStore": "features.store",
    "FileFeatureStore": "features.store",
    "ImageClassifier": "classifier.image_classifier",
    "Report": "evaluation",
    "Wishes": "base",
    "check_feature_file": "features.files",
    "check_fine_tuning": "classifier.planning",
    "check_matplotlib": "curves",
    "check_scikit_learn": "evaluation",
    "cut": "cutting.division",
    "draw_curves": "curves",
    "evaluate": "evaluation",
    "finite": "classifier.saving",
    "kept_epoch": "training.watching",
    "layer_features": "features.layers",
    "write_features": "features.files",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
